"""What a person must know before he trusts a page: rehearsals, training, what was held."""

from typing import Any

from django import template
from django.db.models import Q

from collections_app.segments.models import Rehearsal
from crm.accounts.models import Entity
from crm.accounts.queries import houses_of

register = template.Library()


@register.inclusion_tag("engine/_rehearsing.html")
def rehearsing_banner(user: Any) -> dict[str, Any]:
    """Names the person's entities from which nothing, or not everything, leaves; one query."""
    rehearsing = Q(rehearsing_since__isnull=False) | Q(groups__rehearsal=Rehearsal.REHEARSING, groups__archived=False)
    houses = houses_of(user).values("pk")
    found = Entity.objects.filter(rehearsing | Q(training=True), pk__in=houses).distinct().order_by("code")
    return {"entities": list(found)}
