"""Who may hand out what is kept about a person, and end it."""

from typing import Any

from crm.accounts.rules import administers, leads


def answers_people(user: Any) -> bool:
    """Makes and downloads the copy of a file: who leads, for it holds all that is kept about a person."""
    return leads(user)


def sees_purges(user: Any) -> bool:
    """Reads how long things are kept and has it counted what need no longer be: who leads."""
    return leads(user)


def purges(user: Any) -> bool:
    """Confirms a purge and chooses the periods: administrators, for nothing brings back what went."""
    return administers(user)
