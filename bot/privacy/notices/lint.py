"""Is a privacy notice one? It has the sections it should have and no others, says since when it holds, and names who is
responsible and how to reach them. Whatever else gets into such a text, such as praise, does not belong there."""

import re
from collections.abc import Sequence

from bot.privacy.notices import notice_views as views

DATED = re.compile(r"\d{4}-\d{2}-\d{2}")
BY_MAIL = r"(?<![^\s@])[^\s@]{1,64}@[^\s@]{1,255}\.[^\s@]"  # from the beginning of a word on, or it is slow
ON_A_PAGE, BY_PHONE = r"https?://[^\s)]", r"\d[\d ()/-]{6,30}\d"
REACHED = re.compile(f"{BY_MAIL}|{ON_A_PAGE}|{BY_PHONE}")
TITLE, SECTION = "# ", "## "


def faults(notice: str) -> Sequence[str]:
    """What is wrong with it, in its own language's words for the sections; nothing if all is there."""
    lines = notice.splitlines()
    sections = [line.removeprefix(SECTION).strip() for line in lines if line.startswith(SECTION)]
    titles = [line for line in lines if line.startswith(TITLE)]
    known, found = views.sections(), []
    found += [f"there is no section “{name}”" for name in known if name not in sections]
    found += [f"“{name}” is no section of a privacy notice" for name in sections if name not in known]
    if len(titles) != 1 or not lines or lines[0] != titles[0]:
        found.append("it does not begin with its one title")
    if len(sections) != len(set(sections)):
        found.append("a section is there twice")
    if not DATED.search(_before_sections(lines)):
        found.append("it does not say since when it is in effect, as YYYY-MM-DD")
    who = _section(lines, known[0])
    if not REACHED.search(who):
        found.append("it does not say how to reach who is responsible: set PRIVACY_CONTACT")
    if views.nobody_responsible() in who:
        found.append("it does not say who is responsible: set OPERATOR")
    return found


def _before_sections(lines: Sequence[str]) -> str:
    first = next((at for at, line in enumerate(lines) if line.startswith(SECTION)), len(lines))
    return "\n".join(lines[:first])


def _section(lines: Sequence[str], name: str) -> str:
    text = "\n".join(lines)
    after = text.partition(f"{SECTION}{name}\n")[2]
    return after.partition(f"\n{SECTION}")[0]
