"""Where else the words of a search are found, when the list asked for has none of them."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from collections_app.actions.forms import PORTFOLIOS, STATES, WorklistFilters, in_state
from collections_app.actions.queries import worklist
from crm.core import formats


@dataclass(frozen=True)
class Elsewhere:
    """A list the words find something in, and how much."""

    label: str | Promise
    count: str
    url: str


def asked_within(filters: WorklistFilters) -> str:
    """The portfolio and the state the words were looked for in."""
    return ", ".join(
        str(dict(choices)[filters.value(name)]) for name, choices in (("portfolio", PORTFOLIOS), ("state", STATES))
    )


def elsewhere(filters: WorklistFilters) -> list[Elsewhere]:
    """Actions of all portfolios by their state, and customers; what finds nothing is left out. One statement beside
    the search."""
    words = filters.value("q")
    if not words:
        return []
    found = worklist(filters.user).filter(customer__in=filters.found)
    counted = found.aggregate(
        **{state: Count("pk", filter=in_state(state, filters.days)) for state in ("waiting", "snoozed", "scheduled")}
    )
    todo = reverse("worklist")
    lists = [
        (_("All portfolios, %(state)s") % {"state": str(dict(STATES)[state]).lower()}, number,
         f"{todo}?{urlencode({'q': words, 'portfolio': 'all', 'state': state})}")
        for state, number in counted.items()
    ]  # fmt: skip
    lists.append((_("Customers"), len(filters.found), f"{reverse('customers')}?{urlencode({'q': words})}"))
    return [Elsewhere(label, formats.number(number), url) for label, number, url in lists if number]
