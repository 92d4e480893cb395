"""What this app shows on the customer page."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Prefetch

from crm.accounts.models import User
from crm.customers.models import FIRST_USED, Address, Customer


def people(customer: Customer, user: User) -> Mapping[str, Any]:
    """Contacts with their addresses, then the addresses of the customer itself."""
    addresses = Address.objects.order_by("channel", *FIRST_USED)
    return {
        "contacts": customer.contacts.order_by("role", "name").prefetch_related(Prefetch("addresses", addresses)),
        "own": addresses.filter(customer=customer, contact__isnull=True),
    }


def identity(customer: Customer, user: User) -> Mapping[str, Any]:
    """Who the customer is, the free attributes of the file, and the group of companies for who may see its head."""
    parent = Customer.objects.visible_to(user).filter(pk=customer.parent_id).first() if customer.parent_id else None
    attributes = sorted(customer.attributes.items()) if isinstance(customer.attributes, dict) else []
    return {"attributes": attributes, "parent": parent}
