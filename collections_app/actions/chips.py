"""The filters in force, as chips that take one away."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from collections_app.actions.forms import WorklistFilters
from crm.core import formats


@dataclass(frozen=True)
class Chip:
    """A value of the filter `name`; `query` is the address without it."""

    name: str
    label: str | Promise
    query: str


def chips(filters: WorklistFilters) -> list[Chip]:
    """One per value that differs from the usual list."""
    found = [
        Chip(name, capfirst(dict(filters.fields[name].choices)[value]), _without(filters, name, value))  # type: ignore[attr-defined]
        for name in ("entity", "state", "channel", "age", "portfolio")
        for value in _chosen(filters, name)
    ]
    if filters.value("minimum"):
        label = _("From %(amount)s") % {"amount": formats.number(filters.value("minimum"))}
        found.append(Chip("minimum", label, _without(filters, "minimum", "")))
    if filters.value("q"):
        label = _("“%(words)s”") % {"words": filters.value("q")}
        found.append(Chip("q", label, _without(filters, "q", "")))
    return found


def _chosen(filters: WorklistFilters, name: str) -> list[str]:
    value: Any = filters.cleaned_data.get(name)
    if isinstance(value, list):
        return value
    return [value] if value and value != filters.usual(name) else []


def _without(filters: WorklistFilters, name: str, value: str) -> str:
    kept = [
        (key, given)
        for key, values in filters.chosen().items()
        for given in values
        if key != "after" and not ((key == name and given in (value, "")) or (key == name and not value))
    ]
    return urlencode(kept)
