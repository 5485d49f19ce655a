"""What GDPR Art. 15(1) has a person know besides the data: why, for how long, from whom, to whom, and their rights."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.language import _
from bot.privacy.model import Held, Topic
from bot.privacy.notices import notice_views as words
from bot.privacy.notices.notice import Notice, whys
from bot.privacy.promises import Promises


def processing(held: Sequence[Held], notice: Notice, promises: Promises) -> Mapping[str, Any]:
    """For programs; the same in prose is the privacy notice."""
    facts = notice.facts
    return {
        "controller": {"name": promises.operator, "contact": promises.contact},
        "notice": {"version": notice.number, "in_effect_since": notice.effective_at.isoformat()},
        "held": [
            {
                "what": _(one.what),
                "role": str(one.role),
                "count": one.count,
                "purpose": _(one.why),
                "kept": words.kept(one.keep, facts),
                "kept_days": facts.periods.get(one.keep),
            }
            for one in held
        ],
        "source": words.source(),
        "recipients": words.recipients(facts),
        "rights": [f"/mydata {name}" for name in words.RIGHTS],
        "complaint": words.complaint(),
        "automated_decisions": False,
    }


def document(notice: Notice, promises: Promises, topics: Sequence[Topic]) -> str:
    return words.document(notice.facts, promises, notice.number, notice.effective_at, whys(topics))
