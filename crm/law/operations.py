"""Delivers the law: never overwrites what a person changed."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib.resources import files

import holidays
from django.db import transaction

from crm.law import queries
from crm.law.models import ExchangeRate, Holiday, Rate, RateKind, Rule
from crm.law.packs import PACKS, values

FIRST_YEAR, LAST_YEAR = 2019, 2030
# The parity of the CFA francs is fixed (decision 98/683/EC of the Council of the European Union).
FRANC, FRANC_SINCE = Decimal("655.957"), date(1999, 1, 1)
POINTS = {RateKind.LATE_PROFESSIONAL: Decimal(10), RateKind.LATE_PUBLIC_BODY: Decimal(8)}
ARTICLES = {
    RateKind.LATE_PROFESSIONAL: "C. com. L441-10 II : taux BCE au premier jour du semestre + 10 points",
    RateKind.LATE_PUBLIC_BODY: "C. commande publ. R2192-31 : taux BCE au premier jour du semestre + 8 points",
}


def delivered_rates() -> Iterator[Rate]:
    """The dated rates of data/rates.csv, those of UEMOA once per member state."""
    text = (files("crm.law") / "data" / "rates.csv").read_text(encoding="utf-8")
    for line in csv.DictReader(text.splitlines()):
        for jurisdiction in (code for code, pack in PACKS.items() if pack.rates_of == line["jurisdiction"]):
            yield Rate(**{**line, "jurisdiction": jurisdiction})


def delivered_holidays(jurisdiction: str) -> Iterator[Holiday]:
    """Public holidays as the `holidays` library knows them (movable feasts of later years are its estimates)."""
    days = holidays.country_holidays(
        jurisdiction, years=range(FIRST_YEAR, LAST_YEAR + 1), language=PACKS[jurisdiction].language
    )
    for on, name in days.items():
        yield Holiday(jurisdiction=jurisdiction, on=on, name=name[:120])


def semesters(last: date) -> Iterator[date]:
    """First days of the half-years from FIRST_YEAR up to `last`."""
    for year in range(FIRST_YEAR, last.year + 1):
        yield from (day for day in (date(year, 1, 1), date(year, 7, 1)) if day <= last)


def derive_late_rates(jurisdiction: str = "FR", *, until: date | None = None) -> int:
    """Late rates of each half-year from the central bank rate of its first day (FR-01, EU-01); how many are new.

    Up to `until`, by default the last known change of the central bank rate. Those derived before, of whatever
    half-year, follow the central bank rate as it is known now; what a person wrote, its source says so, is kept.
    French law only: elsewhere none follows.
    """
    known = queries.RateTable.of(jurisdiction, RateKind.CENTRAL_BANK)
    if not known.starts or jurisdiction != "FR":
        return 0
    due = [
        Rate(
            jurisdiction=jurisdiction,
            kind=kind,
            starts_on=day,
            percent=known.on(day) + points,
            source=ARTICLES[kind],
        )
        for day in semesters(until or known.starts[-1])
        if day >= known.starts[0]
        for kind, points in POINTS.items()
    ]
    before = Rate.objects.count()
    Rate.objects.bulk_create(due, ignore_conflicts=True)
    _correct_derived(known)
    return Rate.objects.count() - before


def _correct_derived(known: queries.RateTable) -> None:
    """A half-year may have been opened before the change of its central bank rate was entered."""
    for kind, points in POINTS.items():
        derived = Rate.objects.filter(jurisdiction="FR", kind=kind, source=ARTICLES[kind])
        for rate in derived.filter(starts_on__gte=known.starts[0]):
            percent = known.on(rate.starts_on) + points
            if rate.percent != percent:
                rate.percent = percent
                rate.save(update_fields=["percent"])


@transaction.atomic
def load_law() -> None:
    """Insert what is missing of the delivered rates, parities, rules and holidays; again, it changes nothing."""
    Rate.objects.bulk_create(delivered_rates(), ignore_conflicts=True)
    derive_late_rates()
    parities = [ExchangeRate(base="EUR", quote=quote, on=FRANC_SINCE, rate=FRANC) for quote in ("XOF", "XAF")]
    ExchangeRate.objects.bulk_create(parities, ignore_conflicts=True)
    rules = [Rule(jurisdiction=code, **values(line)) for code, pack in PACKS.items() for line in pack.rules]
    Rule.objects.bulk_create(rules, ignore_conflicts=True)
    for jurisdiction in PACKS:
        Holiday.objects.bulk_create(delivered_holidays(jurisdiction), ignore_conflicts=True)
