"""Things that go wrong on the way: declared per method and count, met in the order they were declared."""

from dataclasses import dataclass


@dataclass
class Fault:
    """One kind of failure, for the next `times` calls (-1: until cleared) of `method` ("*" is any) after `skip` calls.

    `accepted` says that Slack had stored the call when it failed. `delay` is in real seconds, `retry_after` in whole
    ones. Besides Web API methods there are `files.bytes`, `files.download` and `response_url`.
    """

    method: str
    status: int = 0  # 429 or 5xx; 0 leaves the answer alone
    drop: bool = False  # cut the connection instead of answering
    accepted: bool = False
    error: str = ""  # HTTP 200 with this error code
    delay: float = 0.0
    redirect: str = ""
    retry_after: int = 1
    times: int = 1
    skip: int = 0

    @property
    def is_only_slow(self) -> bool:
        return not (self.status or self.drop or self.error or self.redirect)


class Faults:
    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.met: list[tuple[str, Fault]] = []

    def add(self, fault: Fault) -> None:
        if fault.accepted and (fault.status == 429 or fault.error):
            raise ValueError("a refused call was not accepted")
        self.waiting.append(fault)

    def take(self, method: str) -> tuple[float, Fault | None]:
        """What this call meets: seconds of delay (all that apply, added up) and the first failure declared for it."""
        delay, met = 0.0, None
        for fault in list(self.waiting):
            if fault.method not in (method, "*") or (met and not fault.is_only_slow):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1
            if not fault.times:
                self.waiting.remove(fault)
            self.met.append((method, fault))
            delay += fault.delay
            met = met if fault.is_only_slow else fault
        return delay, met

    def clear(self) -> None:
        self.waiting.clear()
