"""What the apps above tell the receivables. Filled in their `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise

NOT_COVERED = "select null::bigint as invoice_id, null::date as received_on, null::numeric as amount where false"
NOT_STOPPED = "select null::bigint as invoice_id, null::date as stopped_on where false"
_covers: list[Callable[[], str]] = []
_stops: list[Callable[[], str]] = []


def tell_what_unapplied_money_covers(select: Callable[[], str]) -> None:
    """`select` gives a SELECT of (invoice_id, received_on, amount): what money not applied at the end of %(on)s covers
    of invoices, those of the customers of %(invoices)s at least."""
    _covers[:] = [select]


def unapplied_covers() -> str:
    """That SELECT; one of no row while nobody told."""
    return _covers[0]() if _covers else NOT_COVERED


def tell_what_stops_late_charges(select: Callable[[], str]) -> None:
    """`select` gives a SELECT of (invoice_id, stopped_on), at most one row for each of %(invoices)s: the day after
    which no interest runs on it; due on that day or later, it owes no indemnity."""
    _stops[:] = [select]


def stopped_charges() -> str:
    """That SELECT; one of no row while nobody told."""
    return _stops[0]() if _stops else NOT_STOPPED


@dataclass(frozen=True)
class Situation:
    """A choice of the filter "situation" of the list of customers: `found` gives a condition on customers."""

    code: str
    label: str | Promise
    found: Callable[[], Q]


situations: dict[str, Situation] = {}


def register_situation(situation: Situation) -> None:
    """Offer it after those of the ledger itself."""
    situations[situation.code] = situation
