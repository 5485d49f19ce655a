"""Telling "thanks!" from a message that needs an answer, so that politeness does not reopen a ticket."""

import re

THANKS = frozenset(
    [
        "thanks",
        "thank",
        "thx",
        "ty",
        "tysm",
        "cheers",
        "danke",
        "dank",
        "dankeschön",
        "merci",
        "gracias",
        "grazie",
        "obrigado",
        "obrigada",
    ]
)
FILLERS = frozenset(
    [
        "you",
        "so",
        "very",
        "much",
        "a",
        "lot",
        "again",
        "all",
        "for",
        "the",
        "your",
        "help",
        "me",
        "us",
        "now",
        "it",
        "that",
        "this",
        "ok",
        "okay",
        "great",
        "perfect",
        "cool",
        "super",
        "nice",
        "yes",
        "many",
        "everyone",
        "everybody",
        "guys",
        "team",
        "works",
        "worked",
        "solved",
        "fixed",
        "is",
        "was",
        "really",
        "awesome",
        "vielen",
        "schön",
        "sehr",
        "dir",
        "euch",
        "ihnen",
    ]
)
LONGEST = 60  # characters; whoever writes more wants more than to say thanks
WORD = re.compile(r"\w+")


def only_thanks(text: str) -> bool:
    """True if a message says thanks and nothing else."""
    words = set(WORD.findall(text.lower())) if len(text) <= LONGEST and "?" not in text else set()
    return bool(words & THANKS) and words <= THANKS | FILLERS
