"""The floor on Discord: discord.py as its guide shows it, which says again what it hears and keeps nothing."""

import os

import discord
import yarl

ENV = os.environ
discord.http.Route.BASE = ENV["DISCORD_API_URL"]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(ENV["DISCORD_GATEWAY_URL"])

intents = discord.Intents.default()
intents.message_content = True
client = discord.Client(intents=intents)


@client.event
async def on_message(message: discord.Message) -> None:
    if message.author != client.user:
        await message.channel.send(message.content)


if __name__ == "__main__":
    client.run(ENV["DISCORD_TOKEN"], log_handler=None)
