"""Who reacts to which events. Filled in `AppConfig.ready()` of the apps above."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from crm.events.models import Event

Handler = Callable[["Event"], None]
SetHandler = Callable[[Sequence["Event"]], None]

MOST = 1_000  # events handed over at once


class Consumer(NamedTuple):
    """`most`: how many events its handler is given at once."""

    name: str
    kinds: frozenset[str]
    handler: SetHandler
    most: int


consumers: dict[str, Consumer] = {}


def register(consumer: str, kinds: Iterable[str], handler: Handler) -> None:
    """From now on each event of these kinds is delivered to `handler`, in a task after the commit.

    The handler runs in a transaction with the mark that it ran: what it writes is written once. What it does outside
    the database may be done twice after a crash. Raises ValueError when the name is taken.
    """
    _add(Consumer(consumer, frozenset(kinds), lambda events: handler(*events), most=1))


def register_for_sets(consumer: str, kinds: Iterable[str], handler: SetHandler) -> None:
    """As `register`, for what an import tells of thousands: the handler is given up to `MOST` events, the oldest first.
    Where it fails it is given each alone, so that one event keeps no other behind it; after a deadlock first the same
    set again."""
    _add(Consumer(consumer, frozenset(kinds), handler, MOST))


def _add(consumer: Consumer) -> None:
    if consumer.name in consumers:
        raise ValueError(f"A consumer of events named {consumer.name!r} exists already.")
    consumers[consumer.name] = consumer


def consumers_of(kind: str) -> list[str]:
    """Names of those who react to events of this kind."""
    return sorted(consumer.name for consumer in consumers.values() if kind in consumer.kinds)
