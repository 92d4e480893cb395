"""The customers of one side in parts, lived through side by side: each has a thread and a connection that stay, with
what its nights leave each other there. The result does not depend on the cut, as in a real night."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field

from django.db import connection

from collections_app.engine.simulation.night import Kept, SimulatedNight


@dataclass
class Part:
    """`customers`: the ids from the first up to but not including the second. `thread`: its own; that of who asks
    without one. `night`: the one they are in."""

    customers: tuple[int, int]
    thread: ThreadPoolExecutor | None = None
    kept: Kept = field(default_factory=Kept)
    night: SimulatedNight = field(init=False)


@contextmanager
def side_by_side(ranges: Sequence[tuple[int, int]]) -> Iterator[list[Part]]:
    """A part for each range, the first on this thread; the connections of the others are closed at the end."""
    with ExitStack() as stack:
        parts = [Part(ranges[0])]
        for customers in ranges[1:]:
            thread = stack.enter_context(ThreadPoolExecutor(1))
            stack.callback(thread.submit, _close)
            parts.append(Part(customers, thread))
        yield parts


def _close() -> None:
    """The connection of the thread that calls this."""
    connection.close()


def for_each(parts: Sequence[Part], work: Callable[[Part], None]) -> None:
    """Do `work` for all parts at once. Raises what the first that failed raised, when none is at work any more."""
    beside = [part.thread.submit(copy_context().run, work, part) for part in parts if part.thread]
    try:
        for part in parts:
            if not part.thread:
                work(part)
    finally:
        wait(beside)
    for one in beside:
        one.result()
