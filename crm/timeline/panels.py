"""What this app shows on the customer page."""

from collections.abc import Mapping
from typing import Any

from crm.accounts.models import User
from crm.accounts.rules import works_customers
from crm.customers.models import Customer
from crm.timeline.queries import entries

SHOWN = 20


def history(customer: Customer, user: User) -> Mapping[str, Any]:
    """The newest entries, and a place to write a note."""
    return {"page": entries(customer, limit=SHOWN), "may_write": works_customers(user), "customer": customer}
