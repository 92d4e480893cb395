"""Reading the list of a customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime
from typing import NamedTuple

from django.utils.translation import get_language, override

from crm.customers.models import Customer
from crm.timeline.models import Entry
from crm.timeline.params import worded

LARGEST_KEY = 2**63


class Place(NamedTuple):
    """Where a page of the list ended; the next one begins under it."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Read what `str()` wrote. Raises ValueError when it is something else, or no place there can be."""
        said, _, key = text.partition("~")
        at, number = datetime.fromisoformat(said), int(key)
        if at.tzinfo is None or not MINYEAR < at.year < MAXYEAR or not 0 < number < LARGEST_KEY:
            raise ValueError(text)
        return cls(at, number)


@dataclass(frozen=True)
class Line:
    """One entry, worded for a reader."""

    entry: Entry
    kind: str
    subject: str
    actor: str


@dataclass(frozen=True)
class Page:
    lines: list[Line]
    next: Place | None


def entries(
    customer: Customer,
    *,
    kinds: Sequence[str] = (),
    before: Place | None = None,
    limit: int = 50,
    language: str | None = None,
) -> Page:
    """The newest entries of a customer under `before`, in the language of the reader (default: the active one).

    One statement, as cheap for the last page as for the first.
    """
    rows = Entry.objects.filter(customer=customer).select_related("actor").order_by("-at", "-id")
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if before:
        rows = rows.filter(pk__lt=tuple(before))
    found = list(rows[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    lines = [line(entry, language=language) for entry in found[:limit]]
    return Page(lines, Place(last.at, last.id) if last else None)


def line(entry: Entry, *, language: str | None = None) -> Line:
    """One entry worded in `language` (default: the active one)."""
    reader = language or get_language() or "en"
    with override(reader):
        return Line(
            entry=entry,
            kind=str(entry.get_kind_display()),
            subject=worded(entry.subject, entry.params),
            actor=str(entry.actor) if entry.actor else "",
        )
