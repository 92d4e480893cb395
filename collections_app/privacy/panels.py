"""What this app shows on the customer page."""

from collections.abc import Mapping
from typing import Any

from collections_app.privacy.rules import answers_people
from crm.accounts.models import User
from crm.customers.models import Customer


def personal_data(customer: Customer, user: User) -> Mapping[str, Any] | None:
    """The way to the person's rights, for who may answer him."""
    return {} if answers_people(user) else None
