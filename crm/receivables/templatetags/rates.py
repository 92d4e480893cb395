"""What is said where amounts in a currency without a rate count for nothing."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from crm.accounts.calendars import today
from crm.accounts.models import Entity
from crm.core.formats import counted
from crm.law.admin import changes_law, reads_law
from crm.law.queries import pairs_without_rate, without_rate
from crm.receivables.queries import debtors_without_rate

register = template.Library()
TEMPLATE = "components/without_rate.html"


class InCurrency(Protocol):
    """What is told of an entity in a currency."""

    @property
    def entity(self) -> Entity: ...
    @property
    def currency(self) -> str: ...


@register.inclusion_tag(TEMPLATE)
def not_counted(user: Any, entity: Entity, currencies: Iterable[str], on: Any = None) -> dict[str, Any]:
    """Of these currencies, those no rate turns into the entity's on a day (today)."""
    missing = without_rate(currencies, entity.currency, on or today(entity, timezone.now()))
    return _said(user, entity, dict.fromkeys(missing, 0))


@register.inclusion_tag(TEMPLATE)
def each_not_counted(user: Any, told: Iterable[InCurrency]) -> dict[str, Any]:
    """Of what is told of several entities, what no rate turns today into the entity's. One statement."""
    now = timezone.now()
    days = {one.entity: today(one.entity, now) for one in told}
    asked = {(one.currency, one.entity.currency, days[one.entity]) for one in told}
    return _pairs_said(user, dict.fromkeys(((base, into) for base, into, _on in pairs_without_rate(asked)), 0))


@register.inclusion_tag(TEMPLATE)
def debtors_not_counted(user: Any, entity: Entity) -> dict[str, Any]:
    """Those in which customers of the entity owe, and how many do."""
    return _said(user, entity, debtors_without_rate(entity, on=today(entity, timezone.now())))


def _said(user: Any, entity: Entity, missing: Mapping[str, int]) -> dict[str, Any]:
    return _pairs_said(user, {(currency, entity.currency): debtors for currency, debtors in missing.items()})


def _pairs_said(user: Any, missing: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    rows = [
        {"text": _sentence(currency, into, debtors), "url": _page(user, currency, into)}
        for (currency, into), debtors in missing.items()
    ]
    return {"rows": rows, "may_give": changes_law(user)}


def _sentence(currency: str, into: str, debtors: int) -> str:
    text = _(
        "No rate turns %(currency)s into %(into)s: amounts in %(currency)s count for nothing in groups, thresholds and "
        "simulations until one is given."
    ) % {"currency": currency, "into": into}
    if not debtors:
        return text
    owe = ngettext("%(count)s customer owes in it.", "%(count)s customers owe in it.", debtors)
    return f"{text} {owe % {'count': counted(debtors)}}"


def _page(user: Any, currency: str, into: str) -> str:
    if changes_law(user):
        return f"{reverse('admin:law_exchangerate_add')}?{urlencode({'base': currency, 'quote': into})}"
    return reverse("admin:law_exchangerate_changelist") if reads_law(user) else ""
