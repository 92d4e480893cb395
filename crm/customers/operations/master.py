"""What a person changes by hand on a customer or a contact."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from crm.accounts.models import User
from crm.customers.models import Contact, Customer
from crm.customers.operations.journal import CHANGED_BY_HAND, tell

CONTACT_CHANGED = gettext_noop("Contact %(name)s changed")


@transaction.atomic
def change_customer(customer: Customer, changes: Mapping[str, Any], *, by: User, at: datetime) -> list[str]:
    """Write what differs, tell it, and wake what rests on it (groups); the names of the fields that changed.

    Raises ValidationError when a value does not suit its field.
    """
    changed = [name for name, value in changes.items() if getattr(customer, name) != value]
    if not changed:
        return []
    for name in changed:
        setattr(customer, name, changes[name])
    customer.clean_fields(exclude=[field.name for field in Customer._meta.fields if field.name not in changed])
    customer.save(update_fields=changed)
    labels = ", ".join(str(Customer._meta.get_field(name).verbose_name) for name in changed)  # type: ignore[union-attr]
    tell(customer, CHANGED_BY_HAND, {"fields": labels}, by=by, at=at)
    return changed


@transaction.atomic
def change_contact(
    contact: Contact, *, name: str, role: str, position: str, language: str, by: User, at: datetime
) -> None:
    """Correct who somebody is; his addresses stay."""
    contact.name, contact.role, contact.position, contact.language = name, role, position, language
    contact.save(update_fields=["name", "role", "position", "language"])
    tell(contact.customer, CONTACT_CHANGED, {"name": name}, by=by, at=at)
