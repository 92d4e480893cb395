"""Who is late with nothing to come: no action, no hold, no day on which the night looks again by itself."""

from django.db.models import Exists, OuterRef, Q

from collections_app.engine import models

NOTHING_PLANNED = "unplanned"


def nothing_planned() -> Q:
    """Customers of whom the last look found that, in some currency."""
    unplanned = models.Account.objects.filter(overdue=True, outcome__in=models.NOTHING_PLANNED)
    return Q(Exists(unplanned.filter(customer=OuterRef("pk"))))
