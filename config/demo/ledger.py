"""What the demonstration's customers bought and paid, day by day."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from config.demo import words
from config.demo.customers import Person

CENT = Decimal("0.01")
NEVER_PAID_SINCE = 150  # days: what was left unpaid before has been written off or sued since


@dataclass
class Bill:
    """An invoice; `paid` are (date, amount, kind of credit)."""

    person: Person
    number: str
    issued_on: date
    due_on: date
    amount: Decimal
    label: str
    paid: list[tuple[date, Decimal, str]] = field(default_factory=list)


def bills(rng: Random, customers: list[Person], on: date) -> list[Bill]:
    """About three thousand invoices of the two years before `on`, oldest first, with what was paid of each."""
    found = [bill for person in customers for bill in bills_of(rng, person, on)]
    found.sort(key=lambda bill: (bill.issued_on, bill.person.account))
    for place, bill in enumerate(found, start=1):
        bill.number = f"FA{bill.issued_on:%y%m}-{place:05d}"
    return found


def bills_of(rng: Random, person: Person, on: date) -> list[Bill]:
    """The company grows: more invoices lately than two years ago."""
    ages = [1 + int(724 * rng.random() ** 1.35) for _ in range(person.invoices)]
    return [bill(rng, person, on, on - timedelta(days=age)) for age in ages]


def bill(rng: Random, person: Person, on: date, issued_on: date) -> Bill:
    """One invoice, small ones more often than large ones."""
    share = rng.random() ** 2.2
    amount = (Decimal(person.smallest) + Decimal(person.largest - person.smallest) * Decimal(share)).quantize(CENT)
    issued = Bill(person, "", issued_on, issued_on + timedelta(days=person.terms), amount, rng.choice(words.GOODS))
    issued.paid = [part for part in payments(rng, issued, on) if part[0] <= on]
    return issued


def payments(rng: Random, issued: Bill, on: date) -> list[tuple[date, Decimal, str]]:
    """What reduces the invoice: paid at once, in two parts, partly by a credit note, or not at all."""
    habit, person = issued.person.habit, issued.person
    paid_on = max(issued.issued_on, issued.due_on + timedelta(days=rng.randint(habit.low, habit.high)))
    recent = issued.due_on > on - timedelta(days=NEVER_PAID_SINCE)
    if (recent and rng.random() < habit.unpaid_share) or (person.stops_after and paid_on > person.stops_after):
        return []
    kind, chance = "payment", rng.random()
    if chance < 0.05:
        half = (issued.amount / 2).quantize(CENT)
        return [(paid_on, half, kind), (paid_on + timedelta(days=30), issued.amount - half, kind)]
    if chance < 0.08:
        part = (issued.amount * Decimal("0.2")).quantize(CENT)
        return [
            (min(paid_on, issued.issued_on + timedelta(days=10)), part, "credit_note"),
            (paid_on, issued.amount - part, kind),
        ]
    return [(paid_on, issued.amount, kind)]
