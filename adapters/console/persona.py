"""Who and where the person at the terminal is, for lines without `NAME:` in front."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.console import lines, words
from adapters.console.lines import Line, Where

FIRST = "customer"
AGENT, OTHER, PLAIN = "\x1b[1;33m", "\x1b[1;36m", "\x1b[0m"
ARROW = " › "


@dataclass(slots=True)
class Persona:
    agents: Sequence[str]
    name: str = FIRST
    where: Where = field(default_factory=Where)
    met: set[str] = field(default_factory=set)

    def become(self, who: str) -> str:
        """Be somebody else from now on. Returns what to say about it. Raises `Problem` if that is no name."""
        if who.strip():
            self.name, self.where = lines.who(who)
            self.met.add(self.name)
        return words.now_are(str(self), agent=self.name in self.agents)

    def saying(self, text: str) -> Line:
        return Line(self.name, self.where, text.strip())

    def meets(self, name: str) -> bool:
        """Whether this name speaks for the first time: it may be a sentence that begins like a name."""
        new = name not in self.met and name != FIRST and name not in self.agents
        self.met.add(name)
        return new

    @property
    def prompt(self) -> str:
        """Colours are between marks that tell a line editor that they take no room."""
        colour = AGENT if self.name in self.agents else OTHER
        return f"\x01{colour}\x02{self}\x01{PLAIN}\x02{ARROW}"

    def __str__(self) -> str:
        return f"{self.name}@{self.where}" if str(self.where) else self.name
