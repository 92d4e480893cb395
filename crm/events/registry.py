"""Who reacts to which events. Filled in `AppConfig.ready()` of the apps above."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from crm.events.models import Event

Handler = Callable[["Event"], None]


class Consumer(NamedTuple):
    name: str
    kinds: frozenset[str]
    handler: Handler


consumers: dict[str, Consumer] = {}


def register(consumer: str, kinds: Iterable[str], handler: Handler) -> None:
    """From now on each event of these kinds is delivered to `handler`, in a task after the commit.

    The handler runs in a transaction with the mark that it ran: what it writes is written once. What it does outside
    the database may be done twice after a crash. Raises ValueError when the name is taken.
    """
    if consumer in consumers:
        raise ValueError(f"A consumer of events named {consumer!r} exists already.")
    consumers[consumer] = Consumer(consumer, frozenset(kinds), handler)


def consumers_of(kind: str) -> list[str]:
    """Names of those who react to events of this kind."""
    return sorted(consumer.name for consumer in consumers.values() if kind in consumer.kinds)
