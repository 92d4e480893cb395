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


def due_between(bucket: int) -> tuple[int | None, int | None]:
    """How many days late at most and at least what is in a bucket is; nothing where there is no limit."""
    if bucket == 0:
        return 0, None
    return (UPPER[bucket] if bucket < len(UPPER) else None), UPPER[bucket - 1] + 1


@dataclass(frozen=True)
class Bucket:
    """A part of the ageing bar; `start` and `width` are per cent of its length."""

    number: int
    label: str | Promise
    amount: Decimal
    start: float
    width: float
    share: Decimal = Decimal(0)  # its part of the whole, between 0 and 1, in whole per cent that add up to 1


def bar(items: Iterable[tuple[date, Decimal]], on: date) -> list[Bucket]:
    """The five parts of (due date, amount) pairs as of `on`; all empty when nothing is owed."""
    amounts = [Decimal(0)] * len(LABELS)
    for due_on, amount in items:
        amounts[tone((on - due_on).days)] += amount
    total = sum(amounts)
    shares = whole_shares(amounts)
    buckets, start = [], 0.0
    for number, amount in enumerate(amounts):
        width = round(float(amount / total * 100), 3) if total else 0.0
        buckets.append(Bucket(number, LABELS[number], amount, start, width, shares[number]))
        start = round(start + width, 3)
    return buckets


def whole_shares(amounts: list[Decimal]) -> list[Decimal]:
    """The part of each in whole per cent, by largest remainder: they add up to 100 %, never to 99 or 101."""
    total = sum(amounts)
    if not total:
        return [Decimal(0)] * len(amounts)
    exact = [amount * 100 / total for amount in amounts]
    floors = [int(part) for part in exact]
    left = 100 - sum(floors)
    largest = sorted(range(len(amounts)), key=lambda place: (floors[place] - exact[place], place))
    return [(Decimal(floors[place] + (place in largest[:left]))) / 100 for place in range(len(amounts))]
