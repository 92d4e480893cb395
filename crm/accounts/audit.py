"""Rights and settings leave a trace: who changed what, when."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from auditlog.context import set_actor
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.db.models import Model

from crm.accounts.models import Absence, ApiToken, ContractRate, Entity, EntityClosure, LegalMentions, Team, User
from crm.law.models import ExchangeRate, Holiday, Rate, Rule

HIDDEN = "•••"
HIDE = "crm.accounts.audit.hidden"  # the library's own mask would show half


def hidden(value: str) -> str:
    """That a secret is there, and nothing of it; "None" is how the journal writes what was not there."""
    return value if value in ("", "None") else HIDDEN


def register_for_audit() -> None:
    """Follow the models whose rows are settings or rights. Passwords are masked, log-in dates are no change.

    The law is followed here too: it stands below the accounts, and knows nothing of who changes it.
    """
    auditlog.register(User, exclude_fields=["last_login"], mask_fields=["password"], mask_callable=HIDE)
    auditlog.register(ApiToken, exclude_fields=["digest", "last_used_on"])
    for model in (Entity, EntityClosure, ContractRate, LegalMentions, Team, Absence, Rate, Rule, Holiday, ExchangeRate):
        auditlog.register(model)


def note(row: Model, changes: dict[str, Any], *, by: Model | None) -> None:
    """Write the audit row of a right that no field holds: {"entities": [before, after]}."""
    LogEntry.objects.log_create(row, changes=changes, action=LogEntry.Action.UPDATE, actor=by)


def acting(by: Model | None) -> AbstractContextManager[None]:
    """What is saved inside is written down as done by `by` (None: by the request, or by nobody)."""
    return set_actor(by) if by else nullcontext()
