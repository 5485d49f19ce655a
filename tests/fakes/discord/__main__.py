"""`python -m tests.fakes.discord`: the fake on its own, with a small server to start from."""

from __future__ import annotations

import argparse
import asyncio
import json
from contextlib import suppress

from .server import FakeDiscord


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A fake Discord: REST v10, gateway, files, and a control API.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default="fake-token")
    parser.add_argument("--real-limits", action="store_true", help="rate limits as bots meet them")
    parser.add_argument("--no-schemas", action="store_true", help="do not check bodies against the OpenAPI file")
    parser.add_argument("--empty", action="store_true", help="without the small server")
    return parser.parse_args()


async def main() -> None:
    given = arguments()
    fake = FakeDiscord(given.token, not given.no_schemas, given.real_limits, given.host, given.port)
    async with fake:
        where = {"api": fake.api_url, "gateway": fake.gateway_url, "control": f"{fake.world.base_url}/control"}
        if not given.empty:
            guild = fake.add_guild("Shop")
            agents = fake.add_role(guild, "agents")
            channels = [fake.add_channel(guild, name) for name in ("support", "desk")]
            ann, bob = fake.add_user("ann", guild), fake.add_user("bob", guild, [agents])
            where |= {"guild": str(guild.id), "ann": str(ann.id), "bob": str(bob.id), "agents": str(agents.id)}
            where |= {c.name: str(c.id) for c in channels}
        print(json.dumps(where), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
