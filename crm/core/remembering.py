"""What hardly ever changes (an entity, a template, a legal rate), read once for a batch of work instead of each time.

Never what a decision rests on: balances, gates, states are read again for each message.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any, TypeVar

Value = TypeVar("Value")
# A person who publishes a text sees it in what leaves this much later at most.
KEPT_S = 10


class _Memory:
    def __init__(self) -> None:
        self.since = monotonic()
        self.values: dict[Hashable, Any] = {}


_memory: ContextVar[_Memory | None] = ContextVar("remembered", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Within it `remembered` keeps what it read, for some seconds."""
    token = _memory.set(_Memory())
    try:
        yield
    finally:
        _memory.reset(token)


def remembered(key: Hashable, read: Callable[[], Value]) -> Value:
    """What `read` gives; inside `remembering`, what it gave a moment ago under the same key."""
    memory = _memory.get()
    if memory is None:
        return read()
    if monotonic() - memory.since > KEPT_S:
        memory.since, memory.values = monotonic(), {}
    values = memory.values  # threads that share it may forget at once
    if key not in values:
        values[key] = read()
    kept: Value = values[key]
    return kept
