"""Who may change what of a customer, beside which customers he sees."""

from typing import Any

from crm.accounts.rules import leads, works_customers

# How to talk to him, and what helps to find him again.
BY_WORKERS = ("language", "tags")
# What decides the law, the group and the list his work goes to.
BY_LEADERS = (*BY_WORKERS, "kind", "category", "collector", "team")


def fields_open_to(user: Any) -> tuple[str, ...]:
    """The master data a person may change from the page of a customer; name and numbers come with the books."""
    if leads(user):
        return BY_LEADERS
    return BY_WORKERS if works_customers(user) else ()


def merges_customers(user: Any) -> bool:
    """Unites two records of one customer: who leads, for it is not undone."""
    return leads(user)
