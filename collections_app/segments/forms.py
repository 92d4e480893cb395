"""Name, scenario and team of a group; its criteria have an editor of their own."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collections_app.scenarios.models import Scenario, VersionState
from collections_app.segments.models import Group
from crm.accounts.models import Entity, Team


class GroupForm(forms.ModelForm):
    """Only scenarios and teams of the group's own entity."""

    class Meta:
        model = Group
        fields = ["name", "scenario", "team"]
        help_texts = {
            "scenario": _("What its members receive; without one, nothing is opened for them."),
            "team": _("Follows those who have no portfolio collector."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scenarios: Any = self.fields["scenario"]
        teams: Any = self.fields["team"]
        own = Scenario.objects.filter(entity=self.instance.entity)
        published = Q(archived=False, versions__state=VersionState.PUBLISHED)
        # The present one too, a draft or not: whoever changes a criterion does not take it away.
        scenarios.queryset = own.filter(published | Q(pk=self.instance.scenario_id)).distinct().order_by("name")
        teams.queryset = Team.objects.filter(entity=self.instance.entity).order_by("name")


class WhyForm(forms.Form):
    """Whom and when the question is about."""

    entity = forms.ModelChoiceField(Entity.objects.none(), label=_("Entity"))
    customer = forms.CharField(
        label=_("Customer"), max_length=200, help_text=_("His account, or part of his name."), required=True
    )
    on = forms.DateField(
        label=_("Date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: today. For a past date, balances are rebuilt from the movements."),
    )

    def __init__(self, *args: Any, entities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["entity"]
        chosen.queryset = entities
