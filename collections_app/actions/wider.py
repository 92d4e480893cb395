"""Where else the words of a search are found, when the list asked for has none of them."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from collections_app.actions.chips import chips
from collections_app.actions.forms import PORTFOLIOS, STATES, WorklistFilters, in_portfolio, in_state
from collections_app.actions.queries import worklist
from crm.core import formats
from crm.customers.reach import reach_of

HERE, ELSEWHERE = "here", ("waiting", "snoozed", "scheduled")
NARROWING = frozenset({"entity", "channel", "age", "minimum"})


@dataclass(frozen=True)
class Elsewhere:
    """A list the words find something in, and how much."""

    label: str | Promise
    count: str
    url: str


def asked_within(filters: WorklistFilters) -> str:
    """The portfolio, the state and what else the words were looked for in."""
    return ", ".join([*_portfolio_and_state(filters), *_narrowed_by(filters)])


def elsewhere(filters: WorklistFilters) -> list[Elsewhere]:
    """The narrowest first: the same list without its other filters, actions of all portfolios by their state, and
    customers; what finds nothing is left out. One statement beside the search."""
    words = filters.value("q")
    if not words:
        return []
    asked = _lists(filters)
    found = worklist(filters.user).filter(customer__in=filters.found)
    counted = found.aggregate(**{name: Count("pk", filter=_among(filters, *one)) for name, one in asked.items()})
    lists = [
        (_label(filters, name, state), counted[name], "worklist", {"portfolio": portfolio, "state": state})
        for name, (portfolio, state) in asked.items()
    ]
    lists.append((_("Customers"), len(filters.found), "customers", {}))
    return [
        Elsewhere(label, formats.number(number), f"{reverse(page)}?{urlencode({'q': words, **query})}")
        for label, number, page, query in lists
        if number
    ]


def _lists(filters: WorklistFilters) -> dict[str, tuple[str, str]]:
    """Portfolio and state of each list that may have more than the one asked for."""
    here = (filters.value("portfolio"), filters.value("state"))
    wider = {HERE: here} if _narrowed_by(filters) else {}
    return wider | {state: ("all", state) for state in ELSEWHERE if ("all", state) != here}


def _among(filters: WorklistFilters, portfolio: str, state: str) -> Q:
    return in_portfolio(portfolio, reach_of(filters.user)) & in_state(state, filters.days)


def _label(filters: WorklistFilters, name: str, state: str) -> str:
    if name == HERE:
        return _("%(where)s, without the other filters") % {"where": ", ".join(_portfolio_and_state(filters))}
    return _("All portfolios, %(state)s") % {"state": str(dict(STATES)[state]).lower()}


def _portfolio_and_state(filters: WorklistFilters) -> list[str]:
    named = (("portfolio", PORTFOLIOS), ("state", STATES))
    return [str(dict(choices)[filters.value(name)]) for name, choices in named]


def _narrowed_by(filters: WorklistFilters) -> list[str]:
    """What is chosen beside the words, the portfolio and the state."""
    return [str(chip.label) for chip in chips(filters) if chip.name in NARROWING]
