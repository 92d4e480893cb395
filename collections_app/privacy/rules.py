"""Who may hand out what is kept about a person."""

from typing import Any

from crm.accounts.rules import leads


def answers_people(user: Any) -> bool:
    """Makes and downloads the copy of a file: who leads, for it holds all that is kept about a person."""
    return leads(user)
