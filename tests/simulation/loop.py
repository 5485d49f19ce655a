"""An event loop in which time passes when nothing else can happen, and processes that can die at any await."""

import asyncio
import heapq
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import Context, ContextVar, copy_context
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")
WRITER = 0.004  # seconds of virtual time a job for a thread takes at most
LONGEST = 200_000  # steps of a day; those of a bot that works take a tenth of it


class Process:
    """A run of the bot. What was begun in its context ends with it, between two steps and without a word: neither
    `finally` nor `except` is run. It dies by itself after so many `steps`."""

    def __init__(self, steps: float) -> None:
        self.steps = steps
        self.dead = False
        self.context: Context = copy_context()
        self.context.run(CURRENT.set, self)


CURRENT: ContextVar[Process | None] = ContextVar("process", default=None)


class Killed(BaseException):
    """The process ends in the middle of a step."""


class Endless(Exception):
    """The day is cut off: whoever is at work goes round in circles."""


class VirtualLoop(asyncio.BaseEventLoop):
    """Deterministic: what threads would do is done here, after a time that `random` says, one job at a time."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self.random = random
        self.clock = 0.0
        self.free_at: dict[Any, float] = {}  # when an executor is done with what it was given
        self.died: Callable[[Process], None] = lambda process: None
        self.errors: list[str] = []
        self.steps = 0
        self.tasks: list[asyncio.Task[Any]] = []
        self.set_exception_handler(self._note)

    def time(self) -> float:
        return self.clock

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None) -> asyncio.Task[Any]:
        task = super().create_task(coro, name=name, context=context)
        self.tasks.append(task)  # those of the dead, too, or their `finally` would be run when they are forgotten
        return task

    def clear(self) -> None:
        """The end of everything: what was never finished is thrown away, and what it says to that is not heard."""
        for task in self.tasks:
            with suppress(BaseException):
                task.get_coro().close()
        self.tasks.clear()
        self._ready.clear()  # type: ignore[attr-defined]
        self._scheduled.clear()  # type: ignore[attr-defined]

    def run(self, job: Coroutine[Any, Any, T]) -> T:
        return self.run_until_complete(job)

    def outside(self, job: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin what goes on when the process that asked for it is dead. If it fails, that is an error of the run."""
        task = self.create_task(job, context=Context())
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.errors.append(f"the simulation itself failed: {error!r}")

    def inside(self, process: Process, job: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        return self.create_task(job, context=process.context)

    def kill(self, process: Process) -> None:
        if not process.dead:
            process.dead = True
            self.died(process)

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        answer: asyncio.Future[T] = self.create_future()
        start = max(self.clock, self.free_at.get(executor, 0.0))
        self.free_at[executor] = end = start + self.random.random() * WRITER

        def work() -> None:
            try:
                result = func(*args)
            except Killed:
                process = CURRENT.get()
                assert process is not None, "only processes are killed"
                self.kill(process)
            except BaseException as error:
                if not answer.done():
                    answer.set_exception(error)
            else:
                if not answer.done():
                    answer.set_result(result)

        self.call_at(end, work)
        return answer

    # What an event loop is made of

    def _run_once(self) -> None:
        ready, scheduled = self._ready, self._scheduled  # type: ignore[attr-defined]
        while not ready:
            assert scheduled, "everybody waits for everybody"
            self.clock = max(self.clock, scheduled[0]._when)
            while scheduled and scheduled[0]._when <= self.clock:
                handle = heapq.heappop(scheduled)
                handle._scheduled = False
                if not handle._cancelled:
                    ready.append(handle)
        handle = ready.popleft()
        if handle._cancelled:
            return
        process = handle._context.get(CURRENT)
        if process is not None:
            if process.dead:
                return
            process.steps -= 1
            if process.steps < 0:
                self.kill(process)
                return
        self.steps += 1
        if self.steps > LONGEST:
            raise Endless("it goes round in circles")
        handle._run()

    def _timer_handle_cancelled(self, handle: Any) -> None: ...

    def _write_to_self(self) -> None: ...

    def _process_events(self, event_list: Any) -> None: ...

    def close(self) -> None:
        """Nothing is held: and who died in the middle of something must find a loop when they are cleared away."""

    def __del__(self, _warn: Any = None) -> None: ...

    def _note(self, loop: Any, context: dict[str, Any]) -> None:
        if "Task was destroyed" not in context["message"]:
            error = context.get("exception")
            self.errors.append(f"{context['message']}: {error!r}")
