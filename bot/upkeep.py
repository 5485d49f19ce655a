"""What time does by itself: the memory of handled events fades."""

from datetime import timedelta

from bot.inbound import Tick
from bot.ports import UnitOfWork
from bot.privacy.uses import Use
from bot.router import Router

router = Router(Use.SUPPORT)

REMEMBERED = timedelta(days=14)  # platforms redeliver within minutes to hours; a restored backup needs days
AT_A_TIME = 1000  # rows, so that nobody waits for it


def forget_handled_events(tick: Tick, work: UnitOfWork) -> bool:
    return work.forget_seen(work.now - REMEMBERED, AT_A_TIME) == AT_A_TIME


router.ticks.append(forget_handled_events)
