"""Ages of what is owed: the buckets of the trade, the same on every page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LABELS = (_("Not due"), "1–30", "31–60", "61–90", "> 90")
UPPER = (0, 30, 60, 90)


def tone(days_late: int) -> int:
    """Bucket of an age in days: 0 not due, then 1-30, 31-60, 61-90, over 90."""
    return sum(days_late > limit for limit in UPPER)


@dataclass(frozen=True)
class Bucket:
    """A part of the ageing bar; `start` and `width` are per cent of its length."""

    number: int
    label: str | Promise
    amount: Decimal
    start: float
    width: float

    @property
    def share(self) -> float:
        """Its part of the whole, between 0 and 1."""
        return self.width / 100


def bar(items: Iterable[tuple[date, Decimal]], on: date) -> list[Bucket]:
    """The five parts of (due date, amount) pairs as of `on`; all empty when nothing is owed."""
    amounts = [Decimal(0)] * len(LABELS)
    for due_on, amount in items:
        amounts[tone((on - due_on).days)] += amount
    total = sum(amounts)
    buckets, start = [], 0.0
    for number, amount in enumerate(amounts):
        width = round(float(amount / total * 100), 3) if total else 0.0
        buckets.append(Bucket(number, LABELS[number], amount, start, width))
        start = round(start + width, 3)
    return buckets
