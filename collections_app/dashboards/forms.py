"""What one chooses on the pages of figures; a value nobody knows is left out, so that an old address still opens."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collections_app.dashboards.ageing import CUTS
from crm.accounts.models import Entity

MOST = 2**63 - 1
BY = {"group": _("Group"), "collector": _("Collector"), "team": _("Team")}


class FiguresFilters(forms.Form):
    """Entity and currency, of those that are seen: one of each."""

    entity = forms.ChoiceField(label=_("Entity"), required=False)
    currency = forms.ChoiceField(label=_("Currency"), required=False)

    def __init__(self, data: Any, *, offered: list[tuple[Entity, str]]) -> None:
        super().__init__(data)
        self.offered = offered
        self._offer([("", _("All"))])
        self.is_valid()
        if self.of_one and self.wanted:
            self._choose(*self.wanted[0])

    def _offer(self, besides: list[tuple[str, Any]]) -> None:
        entities = {str(entity.pk): entity.legal_name for entity, _currency in self.offered}
        currencies = sorted({currency for _entity, currency in self.offered})
        self.fields["entity"].choices = [*besides, *entities.items()]  # type: ignore[attr-defined]
        self.fields["currency"].choices = [*besides, *zip(currencies, currencies, strict=True)]  # type: ignore[attr-defined]

    def _choose(self, entity: Entity, currency: str) -> None:
        """Say of which entity and currency the page is: of one at a time."""
        chosen = {"entity": str(entity.pk), "currency": currency}
        self.data = dict(self.data.items()) | chosen
        self.cleaned_data |= chosen
        self._offer([])

    @property
    def of_one(self) -> bool:
        """Whether the page is of one entity in one currency."""
        return True

    def value(self, name: str) -> Any:
        """What is chosen, or nothing."""
        return self.cleaned_data.get(name)

    @property
    def narrowed(self) -> list[tuple[str, Any, str]]:
        """Nothing an address says is left unseen: see `ListFilters`."""
        return []

    @property
    def wanted(self) -> list[tuple[Entity, str]]:
        """Of those offered, the ones chosen."""
        entity, currency = self.value("entity"), self.value("currency")
        return [one for one in self.offered if entity in ("", None, str(one[0].pk)) and currency in ("", None, one[1])]


class AgedFilters(FiguresFilters):
    """How the aged balance is cut, of which entity and currency, of whose customers."""

    by = forms.ChoiceField(
        label=_("By"),
        required=False,
        choices=[("", _("Entity")), ("customer", _("Customer")), *BY.items()],
    )
    q = forms.CharField(required=False, max_length=100)
    group = forms.CharField(required=False, widget=forms.HiddenInput)
    collector = forms.CharField(required=False, widget=forms.HiddenInput)
    team = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ("by", "entity", "currency")

    @property
    def by_customer(self) -> bool:
        """Whether customers are listed, which is done of one entity in one currency; words look for customers."""
        return self.value("by") == "customer" or bool(self.value("q"))

    of_one = by_customer

    @property
    def cut(self) -> str:
        """By what sums are cut, nothing for entities alone."""
        return "" if self.by_customer else self.value("by") or ""

    @property
    def cuts(self) -> dict[str, int]:
        """Only customers of this group, team or collector; 0 for those of none."""
        if not self.by_customer:
            return {}
        said = {name: self.value(name) for name in CUTS}
        known = {name: 0 if value == "none" else _key(value) for name, value in said.items() if value}
        return {name: key for name, key in known.items() if key is not None}


def _key(value: str) -> int | None:
    found = int(value) if re.fullmatch("[0-9]{1,19}", value) else 0
    return found if 0 < found <= MOST else None
