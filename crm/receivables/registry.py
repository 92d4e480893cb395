"""What the apps above tell the receivables. Filled in their `AppConfig.ready()`."""

from collections.abc import Callable

NOTHING = "select null::bigint as invoice_id, null::date as received_on, null::numeric as amount where false"
_covers: list[Callable[[], str]] = []


def tell_what_unapplied_money_covers(select: Callable[[], str]) -> None:
    """`select` gives a SELECT of (invoice_id, received_on, amount): what money not applied at the end of %(on)s covers
    of invoices, those of the customers of %(invoices)s at least."""
    _covers[:] = [select]


def unapplied_covers() -> str:
    """That SELECT; one of no row while nobody told."""
    return _covers[0]() if _covers else NOTHING
