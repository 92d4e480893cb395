"""What this app shows on the customer page."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from crm.accounts.models import User
from crm.customers.models import Customer
from crm.holds.summary import accounts


def account(customer: Customer, user: User) -> Mapping[str, Any]:
    """Balances, ages and open invoices, by currency."""
    return {"accounts": accounts(customer, timezone.localdate()), "on": timezone.localdate()}
