"""What a supervisor says to have a simulation run."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from collections_app.engine.schedule import next_night
from collections_app.engine.simulation.assumptions import Assumptions, Payments
from collections_app.engine.simulation.models import SimulationKind
from collections_app.scenarios.models import Scenario, ScenarioVersion, VersionState
from collections_app.segments.models import Group
from crm.accounts.models import Entity
from crm.accounts.queries import entities_of

LONGEST_DAYS = 366
COSTS = ("email_cost", "sms_cost", "letter_cost", "registered_cost", "minute_cost", "call_minutes")


class DraftChoice(forms.ModelChoiceField):
    """Drafts by the name of their scenario."""

    def label_from_instance(self, obj: Any) -> str:
        """The entity first: names repeat from one to the next."""
        return f"{obj.scenario.entity.code} · {obj.scenario.name} v{obj.number}"


class OfEntityChoice(forms.ModelChoiceField):
    """Rows of several entities."""

    def label_from_instance(self, obj: Any) -> str:
        """With the entity, and what is out of use named so."""
        archived = " (" + _("archived") + ")" if obj.archived else ""
        return f"{obj.entity.code} · {obj}{archived}"


def cost(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=Decimal(0), max_digits=8, decimal_places=3)


class SimulationForm(forms.Form):
    """Entity, days, what is tried, and what is taken for granted."""

    entity = forms.ModelChoiceField(Entity.objects.none(), label=gettext_lazy("Entity"), empty_label=None)
    kind = forms.ChoiceField(
        label=gettext_lazy("What is lived through"), choices=SimulationKind.choices, widget=forms.RadioSelect,
        initial=SimulationKind.NEXT,
    )  # fmt: skip
    days = forms.IntegerField(
        label=gettext_lazy("Number of days to come"), min_value=1, max_value=LONGEST_DAYS, initial=60, required=False
    )
    from_on = forms.DateField(
        label=gettext_lazy("Replay from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until_on = forms.DateField(
        label=gettext_lazy("Replay until (included)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    version = DraftChoice(
        ScenarioVersion.objects.none(),
        label=gettext_lazy("Draft of a scenario"),
        required=False,
        empty_label=gettext_lazy("as today"),
        help_text=gettext_lazy("Tried in place of the published version."),
    )
    group = OfEntityChoice(
        Group.objects.none(),
        label=gettext_lazy("Group"),
        required=False,
        empty_label=gettext_lazy("as today"),
        help_text=gettext_lazy("An archived one is tried as if it were in use, last in order."),
    )
    group_scenario = OfEntityChoice(
        Scenario.objects.none(),
        label=gettext_lazy("Scenario of that group"),
        required=False,
        empty_label=gettext_lazy("as today"),
    )
    payments = forms.ChoiceField(
        label=gettext_lazy("Payments of the days to come"), choices=Payments.choices, initial=Payments.AS_BEFORE
    )
    delay_days = forms.IntegerField(
        label=gettext_lazy("Worked days a task waits"), min_value=0, max_value=30, initial=Assumptions.delay_days
    )
    email_cost = cost(gettext_lazy("Cost of an e-mail"))
    sms_cost = cost(gettext_lazy("Cost of a text message"))
    letter_cost = cost(gettext_lazy("Cost of a letter"))
    registered_cost = cost(gettext_lazy("Cost of a registered letter (formal notice)"))
    minute_cost = cost(gettext_lazy("Cost of a minute of a person"))
    call_minutes = cost(gettext_lazy("Minutes of a call"))

    def __init__(self, *args: Any, user: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        mine = entities_of(user)
        choices: dict[str, Any] = {
            "entity": mine.order_by("code"),
            "version": ScenarioVersion.objects.filter(
                scenario__entity__in=mine, state=VersionState.DRAFT
            ).select_related("scenario__entity"),
            "group": Group.objects.filter(entity__in=mine)
            .select_related("entity")
            .order_by("entity__code", "priority"),
            "group_scenario": Scenario.objects.filter(entity__in=mine, archived=False)
            .select_related("entity")
            .order_by("entity__code", "name"),
        }
        for name, rows in choices.items():
            field: Any = self.fields[name]
            field.queryset = rows
        for name in COSTS:
            self.fields[name].initial = getattr(Assumptions, name)

    def clean(self) -> dict[str, Any]:
        """With `period`, the first and the last day. What is tried may tell the entity."""
        given = super().clean() or {}
        if given.get("group_scenario") and not given.get("group"):
            self.add_error("group", _("Say which group the scenario is for."))
        if given.get("kind") and given.get("entity"):
            given["period"] = self._period(given)
        return given

    def _period(self, given: dict[str, Any]) -> tuple[date, date] | None:
        if given["kind"] == SimulationKind.NEXT:
            first = next_night(given["entity"], at=self.at)
            return first, first + timedelta(days=(given.get("days") or 60) - 1)
        since, until = given.get("from_on"), given.get("until_on")
        if not since or not until:
            raise ValidationError(_("Say from which day until which day to replay."))
        if until < since:
            raise ValidationError(_("A simulation ends on or after the day it starts."))
        return since, until

    @property
    def assumptions(self) -> Assumptions:
        """What was said to be taken for granted."""
        names = ("payments", "delay_days", *COSTS)
        return Assumptions(**{name: self.cleaned_data[name] for name in names})
