"""An import is not taken back from under a night."""

from django.utils.translation import gettext_noop as _

from collections_app.engine.models import Run, RunState
from crm.imports.models import Batch


def night_at_work(batch: Batch) -> str:
    """Why an import is not undone now: the night has read invoices it is about to name; "" when none is at work."""
    at_work = Run.objects.filter(entity=batch.entity_id, state=RunState.RUNNING).exists()
    return _("a night of this entity is at work. Undo it once that has ended.") if at_work else ""
