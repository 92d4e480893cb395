"""An import is not taken back from under a night, and a night does not begin while one is being taken back."""

from django.utils.translation import gettext_noop as _

from collections_app.engine.exceptions import ImportBeingUndone
from collections_app.engine.models import Run, RunState
from crm.accounts.models import Entity
from crm.imports.models import Batch
from crm.imports.queries import being_undone
from crm.imports.turns import turn_of_an_undoing


def night_at_work(batch: Batch) -> str:
    """Why an import is not undone now: the night has read invoices it is about to name; "" when none is at work."""
    at_work = Run.objects.filter(entity=batch.entity_id, state=RunState.RUNNING).exists()
    return _("a night of this entity is at work. Undo it once that has ended.") if at_work else ""


def refuse_beside_undoing(entity: Entity) -> None:
    """Raises ImportBeingUndone; else none is asked for until the end of the transaction.

    A night that has begun goes on: an undoing waits for it.
    """
    turn_of_an_undoing(entity)
    begun = Run.objects.filter(entity=entity, state=RunState.RUNNING)
    if being_undone([entity]) and not begun.exists():
        raise ImportBeingUndone
