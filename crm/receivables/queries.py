"""Questions to the ledger; each is one statement, whatever the number of customers and items.

Nothing is converted: amounts of several currencies stand side by side.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from crm.accounts.models import Entity
from crm.core.formats import COUNTED
from crm.core.sql import rows, statement
from crm.customers.models import Customer


@dataclass(frozen=True)
class Balance:
    """What a customer owes in a currency. `due_later` is open and not late; `balance` is net of unapplied money."""

    currency: str
    open: Decimal
    overdue: Decimal
    unapplied: Decimal
    disputed: Decimal
    oldest_due_on: date | None

    @property
    def due_later(self) -> Decimal:
        return self.open - self.overdue

    @property
    def balance(self) -> Decimal:
        return self.open - self.unapplied


def balances(customer: Customer, *, on: date, disputed: Collection[int] = ()) -> list[Balance]:
    """By currency, as the ledger stands now; late means due before `on`. `disputed`: ids of the invoices contested
    (the holds stand above this app)."""
    params = {"customer": customer.pk, "on": on, "disputed": list(disputed)}
    return [Balance(**row) for row in rows("crm.receivables", "balances", params)]


def debtors_without_rate(entity: Entity, *, on: date) -> dict[str, int]:
    """How many customers owe in each currency no rate of a day turns into that of the books; exact to COUNTED, beyond
    it COUNTED + 1."""
    params = {"entity": entity.pk, "books_in": entity.currency, "on": on, "most": COUNTED + 1}
    return {row["currency"]: row["debtors"] for row in rows("crm.receivables", "debtors_without_rate", params)}


@dataclass(frozen=True)
class AgedBalance:
    """Open amounts of a customer in a currency by days past the due date; `balance` = their sum less `unapplied`."""

    customer_id: int
    currency: str
    not_due: Decimal
    days_1_30: Decimal
    days_31_60: Decimal
    days_61_90: Decimal
    days_91: Decimal
    unapplied: Decimal
    balance: Decimal


def aged_balance(
    entity: Entity, *, on: date, customer: Customer | None = None, past: bool = False
) -> list[AgedBalance]:
    """Aged balance by customer and currency on `on` (../shared/domain/collections.md §2: by due date).

    As the ledger stands now, aged at `on`; with `past`, as it stood on that day, movements known by their date.
    """
    params = {"entity": entity.pk, "on": on, "customer": customer.pk if customer else None, "now": not past}
    return [AgedBalance(**row) for row in rows("crm.receivables", "aged_balance", params)]


def balance_at(customer: Customer, *, on: date) -> dict[str, Decimal]:
    """Balance by currency at the end of a day, past or present: debits less credits, less what left the books."""
    found = aged_balance(customer.entity, on=on, customer=customer, past=True)
    return {row.currency: row.balance for row in found}


@dataclass(frozen=True)
class ItemAt:
    """An invoice, or a credit (`item` "credit", amounts negative), still open at the end of a day."""

    item: str
    id: int
    number: str
    installment: int
    kind: str
    dated_on: date
    due_on: date | None
    currency: str
    amount: Decimal
    open_amount: Decimal


def items_at(customer: Customer, *, on: date) -> list[ItemAt]:
    """What was open at the end of a day, past or present, by the movements up to it; their sum is `balance_at`."""
    params = {"entity": customer.entity_id, "customer": customer.pk, "on": on}
    return [ItemAt(**row) for row in rows("crm.receivables", "open_at", params)]


@dataclass(frozen=True)
class StatementLine:
    """A line of a statement of account. `item`: opening, invoice, credit, movement (write-off, closed in ledger…);
    `amount` is positive for a debit; `balance` is the running balance of the currency."""

    on: date
    item: str
    kind: str
    number: str
    label: str
    due_on: date | None
    currency: str
    amount: Decimal
    balance: Decimal


def statement_of_account(customer: Customer, *, since: date, until: date) -> list[StatementLine]:
    """Everything that moved the balance between two days (included), by currency then date, after an opening line."""
    params = {"customer": customer.pk, "since": since, "until": until}
    return [StatementLine(**row) for row in rows("crm.receivables", "statement", params)]


@dataclass(frozen=True)
class Delay:
    """Average payment delay: `weighted_days` over `amount`, both shown beside the figure."""

    customer_id: int
    weighted_days: Decimal
    amount: Decimal

    @property
    def days(self) -> Decimal:
        """Days after the due date (negative: before), to one decimal."""
        return (self.weighted_days / self.amount).quantize(Decimal("0.1"))


def payment_delays(
    entity: Entity, *, on: date, since: date, currency: str | None = None, customer: Customer | None = None
) -> list[Delay]:
    """Average payment delay by customer over the invoices due from `since` (../shared/domain/collections.md §2).

    sum(amount x (paid on - due on)) / sum(amount): what is late and unpaid counts with `on`, or bad payers would look
    good; credit notes and write-offs are not payments. In one currency (default: that of the entity).
    """
    params: dict[str, Any] = {
        "entity": entity.pk,
        "on": on,
        "since": since,
        "currency": currency or entity.currency,
        "customer": customer.pk if customer else None,
    }
    text = statement("crm.receivables", "payment_delay").replace("/* paid parts */", paid_parts())
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return [Delay(*row) for row in cursor.fetchall()]


def paid_parts() -> str:
    """SELECT of what was really paid of the invoices of a relation named "invoice" (sql/paid_parts.sql): invoice_id,
    paid_on, applied_on, amount. Its parameter: on."""
    return statement("crm.receivables", "paid_parts")
