"""The figures above the to-do list; each leads to the rows it counts."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext as _, ngettext, pgettext

from collections_app.actions.counting import Counters
from collections_app.actions.forms import WorklistFilters
from crm.core import formats


@dataclass(frozen=True)
class Kpi:
    """A figure; `query` is the address of its rows, `tone` colours the note."""

    label: str | Promise
    value: str
    query: str
    note: str = ""
    tone: str = ""
    current: bool = False


def kpis(filters: WorklistFilters, counters: Counters) -> list[Kpi]:
    """To do, amount, to approve, more than 90 days, escalated, put off: of the portfolio shown."""
    numbers = counters.numbers
    return [
        _state(filters, counters, "waiting", _("To do")),
        Kpi(_("Amount to collect"), _sum(counters), _query(filters, sort="-amount"), note=_others(counters)),
        _state(filters, counters, "to_approve", _("To approve")),
        Kpi(
            _("More than 90 days"),
            counters.said("waiting_91"),
            _query(filters, age="91"),
            note=_("oldest first") if numbers["waiting_91"] else "",
            current=filters.value("age") == ["91"],
        ),
        _state(filters, counters, "escalated", pgettext("actions", "Escalated"), alarming=True),
        _state(filters, counters, "snoozed", pgettext("actions", "Put off")),
    ]


def _state(filters: WorklistFilters, counters: Counters, state: str, label: str, *, alarming: bool = False) -> Kpi:
    number = counters.numbers[f"state_{state}"]
    note = _("to look at") if alarming and number else ""
    current = filters.cleaned_data.get("state") == state
    return Kpi(
        label, counters.said(f"state_{state}"), _query(filters, state=state), note, "bad" if note else "", current
    )


def _sum(counters: Counters) -> str:
    first = next(iter(counters.sums), None)
    amount = formats.short_money(first.amount, first.currency) if first else "—"
    return f">\u00a0{amount}" if counters.capped and first else amount


def _others(counters: Counters) -> str:
    others = len(counters.sums) - 1
    if others < 1:
        return ""
    return ngettext("+ %(count)d currency", "+ %(count)d currencies", others) % {"count": others}


def _query(filters: WorklistFilters, **wanted: str) -> str:
    kept = {name: filters.cleaned_data.get(name) for name in ("portfolio", "q", "entity", "minimum")}
    return urlencode({name: value for name, value in (kept | wanted).items() if value})
