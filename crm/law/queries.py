"""What the law says on a date."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from crm.core.remembering import remembered
from crm.law.models import ExchangeRate, Rate, Rule

WITHOUT_RATE = """
select base, quote, day from unnest(%s::text[], %s::text[], %s::date[]) as asked (base, quote, day)
where exchange_rate(base, quote, day) is null order by base, quote, day
"""


class RateMissing(LookupError):
    """No rate of this kind was in force on that date."""

    def __init__(self, kind: str, on: date) -> None:
        super().__init__(
            _("No rate “%(kind)s” is known on %(on)s: add it to the legal rates.") % {"kind": kind, "on": on}
        )


def without_rate(currencies: Iterable[str], into: str, on: date) -> list[str]:
    """Of these currencies, in order, those no dated rate turns into `into` on a day: `converted` says nothing of their
    amounts, so they count for nothing wherever amounts are compared. One statement, none without a foreign one."""
    return [base for base, _into, _on in pairs_without_rate((base, into, on) for base in currencies)]


def pairs_without_rate(pairs: Iterable[tuple[str, str, date]]) -> list[tuple[str, str, date]]:
    """Of these currencies, each into another on a day, those no dated rate turns into it, in order. One statement for
    all, none without two different ones."""
    foreign = sorted({pair for pair in pairs if pair[0] != pair[1]})
    if not foreign:
        return []
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_RATE, [list(column) for column in zip(*foreign, strict=True)])
        return cursor.fetchall()


@dataclass(frozen=True)
class RateTable:
    """The rates of one kind in order; each is in force until the next."""

    kind: str
    starts: list[date]
    percents: list[Decimal]

    @classmethod
    def of(cls, jurisdiction: str, kind: str) -> "RateTable":
        """Read from the database (one query)."""
        return remembered(("rates", jurisdiction, kind), lambda: cls._read(jurisdiction, kind))

    @classmethod
    def _read(cls, jurisdiction: str, kind: str) -> "RateTable":
        rates = list(
            Rate.objects.filter(jurisdiction=jurisdiction, kind=kind)
            .order_by("starts_on")
            .values_list("starts_on", "percent")
        )
        return cls(kind, [start for start, _percent in rates], [percent for _start, percent in rates])

    def on(self, day: date) -> Decimal:
        """Percent a year in force on `day`; raises RateMissing before the first."""
        position = bisect_right(self.starts, day)
        if not position:
            raise RateMissing(self.kind, day)
        return self.percents[position - 1]


def legal_rate(jurisdiction: str, kind: str, on: date) -> Decimal:
    """Percent a year of a legal rate on a date; raises RateMissing."""
    return RateTable.of(jurisdiction, kind).on(on)


def jurisdictions() -> set[str]:
    """Those whose law is known: they have rules."""
    return set(Rule.objects.order_by().values_list("jurisdiction", flat=True).distinct())


def rules_in_force(jurisdiction: str, code: str, *, on: date) -> QuerySet[Rule]:
    """The rules of a code on a date, of every kind of customer and debt."""
    found = Rule.objects.filter(jurisdiction=jurisdiction, code=code, starts_on__lte=on)
    return found.filter(Q(ends_on=None) | Q(ends_on__gte=on))


def rule(jurisdiction: str, code: str, *, on: date, customer_kind: str = "", debt_type: str = "") -> Rule | None:
    """The most precise rule in force: debt type before kind of customer before the rule for all; None without one."""
    found = rules_in_force(jurisdiction, code, on=on).filter(
        customer_kind__in=["", customer_kind], debt_type__in=["", debt_type]
    )
    return max(found, key=lambda rule: (rule.debt_type != "", rule.customer_kind != "", rule.starts_on), default=None)


def rate_on(base: str, quote: str, on: date) -> Decimal | None:
    """What one unit of `base` was worth in `quote`: last rate up to the date, either way round; None when unknown."""
    if base == quote:
        return Decimal(1)
    known = ExchangeRate.objects.filter(on__lte=on).order_by("-on")
    direct = known.filter(base=base, quote=quote).values_list("rate", flat=True).first()
    if direct is not None:
        return direct
    inverse = known.filter(base=quote, quote=base).values_list("rate", flat=True).first()
    return None if inverse is None else 1 / inverse


def of_that_order(euros: Decimal, currency: str, on: date) -> Decimal:
    """A round amount worth about as much: 150 € are 100000 in XOF. The number itself where it is of the same order, or
    where no rate is known."""
    rate = remembered(("of that order", currency, on), lambda: rate_on("EUR", currency, on)) or Decimal(1)
    if not euros or Decimal("0.5") <= rate <= 2:
        return euros
    return Decimal(f"{euros * rate:.0e}").quantize(Decimal(1))


def next_contact_at(jurisdiction: str, channel: str, customer_kind: str, zone: str, at: datetime) -> datetime | None:
    """`at` when the contact hours of the channel allow it there, else when they next open; None when they never do."""
    on = at.astimezone(ZoneInfo(zone)).date()
    hours = rule(jurisdiction, f"contact_hours_{channel}", on=on, customer_kind=customer_kind)
    if hours is None:
        return at
    with connection.cursor() as cursor:
        query = (
            "select next_contact_at((select value from law_rule where id = %(rule)s), %(zone)s, %(holidays)s, %(at)s)"
        )
        cursor.execute(query, {"rule": hours.pk, "zone": zone, "holidays": jurisdiction, "at": at})
        answer: datetime | None = cursor.fetchone()[0]
    return answer
