"""A customer as he stood on a day: by the movements of the ledger, and by what each night recorded.

Nothing recorded is computed again: the group is the membership of that day, the decision the row of that night.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from collections_app.segments.models import Membership
from collections_app.segments.queries import membership_at
from crm.customers.models import Customer
from crm.holds.models import Hold
from crm.holds.queries import holds_at
from crm.receivables.queries import AgedBalance, ItemAt, aged_balance, items_at


@dataclass(frozen=True)
class AccountAt:
    """One currency: what was open, late, unapplied, and the items, the oldest due first."""

    aged: AgedBalance
    items: list[ItemAt]

    @property
    def open(self) -> Decimal:
        """Invoices, before unapplied money."""
        return self.aged.balance + self.aged.unapplied

    @property
    def overdue(self) -> Decimal:
        """What of it was late on that day."""
        return self.open - self.aged.not_due


@dataclass(frozen=True)
class State:
    """`membership`: the group he was in, if any; `holds`: those in force."""

    customer: Customer
    on: date
    accounts: list[AccountAt]
    membership: Membership | None
    holds: list[Hold]


def state_at(customer: Customer, *, on: date) -> State:
    """The customer at the end of `on`, today or before; four queries whatever he owed."""
    items: dict[str, list[ItemAt]] = {}
    for item in items_at(customer, on=on):
        items.setdefault(item.currency, []).append(item)
    aged = aged_balance(customer.entity, on=on, customer=customer, past=True)
    return State(
        customer,
        on,
        [AccountAt(row, items.get(row.currency, [])) for row in aged],
        membership_at(customer, on),
        list(holds_at(customer, on=on).select_related("invoice")),
    )
