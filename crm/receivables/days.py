"""What the days of the books add up to: invoices issued, money received, what was settled; kept by triggers, so that a
late entry is counted on its own day, and never recounted from the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from crm.accounts.models import Entity
from crm.core.sql import rows, run
from crm.receivables.models import DayTally


@dataclass
class MonthOfBooks:
    """Sums of a month in one currency, tax included. `invoices`, `credit_notes`, `payments`: by the day they bear;
    `closed`: what lists of open items no longer showed, paid or not, on the day of the list; `balance`: what all of the
    month adds to the balance; `not_due`: what it adds to what is not yet late at its end (the due day itself is not);
    `settled`: how many invoices nothing is left of since."""

    month: date
    invoices: Decimal = Decimal(0)
    credit_notes: Decimal = Decimal(0)
    payments: Decimal = Decimal(0)
    closed: Decimal = Decimal(0)
    balance: Decimal = Decimal(0)
    not_due: Decimal = Decimal(0)
    settled: int = 0


NAMED = {"owed_invoice": "invoices", "paid_credit_note": "credit_notes", "paid_payment": "payments"}


def months_of_books(entity: Entity, currency: str) -> dict[date, MonthOfBooks]:
    """By its first day, each month something bears a day of. One statement."""
    tallies = DayTally.objects.filter(entity_id=entity.pk, currency=currency).annotate(month=TruncMonth("on"))
    found: dict[date, MonthOfBooks] = {}
    for row in tallies.values("month", "item").annotate(sum=Sum("amount"), count=Sum("number")).order_by():
        month = found.setdefault(row["month"], MonthOfBooks(row["month"]))
        _add(month, row["item"], row["sum"], row["count"])
    return found


def _add(month: MonthOfBooks, item: str, amount: Decimal, number: int) -> None:
    if item in NAMED:
        setattr(month, NAMED[item], amount)
    if item == "settled":
        month.settled = number
    elif item.startswith("not_due_"):
        month.not_due += amount
    elif item.startswith("paid_"):
        month.balance -= amount
    else:
        month.balance += amount
    if item in ("moved_closed_in_ledger", "moved_reopened"):
        month.closed -= amount


def first_days(entities: Iterable[Entity]) -> dict[int, dict[str, date]]:
    """By key of an entity and currency in which something was ever invoiced, the first day of an invoice. One
    statement."""
    found: dict[int, dict[str, date]] = {}
    for row in rows("crm.receivables", "first_days", {"entities": [entity.pk for entity in entities]}):
        found.setdefault(row["entity_id"], {})[row["currency"]] = row["first_on"]
    return found


def squash() -> int:
    """Add up the rows of each day; how many became fewer."""
    return run("crm.receivables", "squash_days", {})
