from typing import Any

from crm.accounts.models import Role
from crm.accounts.rules import leads


def supervises(user: Any) -> bool:
    """Who leads, and the auditor who only looks."""
    return leads(user) or bool(user.is_authenticated and user.is_active and user.role == Role.AUDITOR)
