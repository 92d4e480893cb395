"""Verbs about customers: merging duplicates, contacts, addresses."""

from crm.customers.operations.contacts import (
    add_address,
    add_contact,
    mark_invalid,
    mark_valid,
    opt_in,
    opt_out,
    prefer,
    retire_address,
    retire_contact,
    use_again,
)
from crm.customers.operations.master import change_contact, change_customer
from crm.customers.operations.merging import in_use, merge_customers

__all__ = [
    "add_address",
    "add_contact",
    "change_contact",
    "change_customer",
    "in_use",
    "mark_invalid",
    "mark_valid",
    "merge_customers",
    "opt_in",
    "opt_out",
    "prefer",
    "retire_address",
    "retire_contact",
    "use_again",
]
