"""For those who run the bot: health, metrics, traces. All of it looks from outside, and is not there when it is off."""
