"""What runs that failed left behind: opened and queued, and looked at by nobody before the next night that ends."""

from django.db.models import Max, QuerySet

from collections_app.engine.findings import Findings
from collections_app.engine.models import Run, RunPart, RunState


def runs_unseen(run: Run) -> QuerySet[Run]:
    """The runs of the entity that failed since its last finished night, before they had a report."""
    earlier = Run.objects.filter(entity=run.entity_id, pk__lt=run.pk)
    last = earlier.filter(state=RunState.DONE).aggregate(pk=Max("pk"))["pk"] or 0
    return earlier.filter(state=RunState.FAILED, pk__gt=last, report=None)


def found_unseen(run: Run) -> Findings:
    """What their parts had found; two queries."""
    found = Findings()
    for part in RunPart.objects.filter(run__in=runs_unseen(run)).order_by("pk").values_list("found", flat=True):
        found.add(Findings.read(part))
    return found
