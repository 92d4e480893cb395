"""What a collector chooses in the to-do list, and says when he acts."""

from datetime import date, timedelta
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from collections_app.actions.labels import ASKS_MORE, Outcome
from collections_app.actions.models import AMOUNT_IN_ORDER, DUE_OR_NEVER, ActionQuerySet, ActionState
from crm.accounts.calendars import Days
from crm.accounts.models import Entity, User
from crm.accounts.rules import leads, works_customers
from crm.core.amounts import AFTER_A_SIGN, unclear_mark
from crm.core.currencies import decimals
from crm.core.keys import key_in
from crm.core.money import AmountField
from crm.core.widgets import LongSelect
from crm.customers.models import Channel
from crm.customers.reach import Reach, reach_of
from crm.receivables.search import found_by

AGES = (("1", _("1–30 days")), ("31", _("31–60 days")), ("61", _("61–90 days")), ("91", _("> 90 days")))
LAST_DAYS = {"1": 30, "31": 60, "61": 90, "91": None}
PORTFOLIOS = (("mine", _("Mine")), ("team", _("My team")), ("unassigned", _("Unassigned")), ("all", _("All")))
STATES = (
    ("waiting", _("To do now")),
    ("to_approve", _("To approve")),
    ("escalated", pgettext_lazy("actions", "Escalated")),
    ("snoozed", pgettext_lazy("actions", "Put off")),
    ("scheduled", _("To be sent")),
)


def days_late(bucket: str, days: Days) -> Q:
    """Actions whose oldest invoice is late by the days of `bucket`, in its own entity's calendar."""
    # Said of the expression the index is on.
    found = days.where(lambda on: Q(LessThanOrEqual(DUE_OR_NEVER, on - timedelta(days=int(bucket)))))
    last = LAST_DAYS[bucket]
    if last is None:
        return found
    return found & days.where(lambda on: Q(GreaterThanOrEqual(DUE_OR_NEVER, on - timedelta(days=last))))


def in_state(state: str, days: Days) -> Q:
    """Actions a person sees under one of STATES."""
    waiting = Q(state__in=(ActionState.TODO, ActionState.TO_APPROVE))
    awake = Q(snoozed_until__isnull=True) | days.where(lambda on: Q(snoozed_until__lte=on))
    return {
        "waiting": waiting & awake,
        "to_approve": Q(state=ActionState.TO_APPROVE) & awake,
        "escalated": waiting & awake & Q(escalated_on__isnull=False),
        "snoozed": waiting & days.where(lambda on: Q(snoozed_until__gt=on)),
        "scheduled": Q(state=ActionState.SCHEDULED),
    }[state]


def in_portfolio(portfolio: str, reach: Reach) -> Q:
    """Actions of one of PORTFOLIOS, as the person of `reach` sees them."""
    return {
        "mine": Q(owner=reach.user),
        "team": Q(team__in=reach.own),
        "unassigned": Q(owner__isnull=True),
        "all": Q(),
    }[portfolio]


class WorklistFilters(forms.Form):
    """The filters of the to-do list. A value we do not know is left out, so that an old address still opens."""

    q = forms.CharField(required=False, max_length=100)
    entity = forms.ChoiceField(label=_("Entity"), required=False)
    channel = forms.MultipleChoiceField(
        label=_("Action"), required=False, choices=Channel.choices, widget=forms.CheckboxSelectMultiple
    )
    age = forms.MultipleChoiceField(
        label=_("Days late"), required=False, choices=AGES, widget=forms.CheckboxSelectMultiple
    )
    portfolio = forms.ChoiceField(label=_("Portfolio"), required=False, choices=PORTFOLIOS, widget=forms.RadioSelect)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES, widget=forms.RadioSelect)
    minimum = AmountField(label=_("Minimum amount"), required=False, min_value=0)

    def __init__(self, data: Any, *, user: User, days: Days) -> None:
        super().__init__(data)
        self.user, self.days = user, days
        self.fields["entity"].choices = self._entities()  # type: ignore[attr-defined]
        if unclear_mark(self.data.get("minimum") or ""):
            minimum: Any = self.fields["minimum"]
            minimum.currency = self._most_exact()
        self.is_valid()

    def _most_exact(self) -> str:
        """The currency of three decimals a minimum may be in, "" where no entity of the list has one."""
        reach, chosen = reach_of(self.user), key_in(self.data.get("entity") or "")
        found = Entity.objects.all() if reach.everything else Entity.objects.filter(pk__in=reach.within)
        if chosen:
            found = found.filter(pk=chosen)
        return next((code for code in found.values_list("currency", flat=True) if decimals(code) == AFTER_A_SIGN), "")

    def _entities(self) -> list[tuple[str, str]]:
        """Those he may see rows of; nothing to choose where there is but one."""
        reach = reach_of(self.user)
        if not reach.everything and len(reach.within) < 2:
            return []
        found = Entity.objects.all() if reach.everything else Entity.objects.filter(pk__in=reach.within)
        choices = [(str(pk), name) for pk, name in found.order_by("legal_name", "pk").values_list("pk", "legal_name")]
        return choices if len(choices) > 1 else []

    def chosen(self) -> dict[str, list[str]]:
        """The values of the address, by name."""
        return dict(self.data.lists()) if isinstance(self.data, QueryDict) else {}

    def value(self, name: str) -> Any:
        """What is chosen, or the default."""
        chosen = self.cleaned_data.get(name)
        if chosen:
            return chosen
        return self.usual(name) or chosen

    def usual(self, name: str) -> str:
        """What a filter stands on when nobody chose, empty when it has no such value."""
        return {"portfolio": self.usual_portfolio, "state": "waiting"}.get(name, "")

    @property
    def usual_portfolio(self) -> str:
        """Collectors see their own work first, those who lead or audit see all of it."""
        return "mine" if works_customers(self.user) and not leads(self.user) else "all"

    @cached_property
    def found(self) -> list[int]:
        """Keys of the customers the words find: several statements of a page ask."""
        return found_by(self.value("q"), reach_of(self.user))

    def scope(self, actions: ActionQuerySet) -> ActionQuerySet:
        """Narrowed by entity, portfolio, words and amount: what the counters beside the other filters count."""
        actions = actions.filter(in_portfolio(self.value("portfolio"), reach_of(self.user)))
        if self.value("entity"):
            actions = actions.filter(entity=self.value("entity"))
        if self.value("q"):
            actions = actions.filter(customer__in=self.found)
        if self.value("minimum"):
            least = self.value("minimum")
            # Said twice: to the index, and exactly.
            actions = actions.filter(GreaterThanOrEqual(AMOUNT_IN_ORDER, float(least)), amount__gte=least)
        return actions

    def narrow(self, actions: ActionQuerySet) -> ActionQuerySet:
        """Narrowed by everything chosen."""
        return self.scope(actions).filter(self.chosen_among())

    def due_within(self, on: date) -> list[tuple[date, date]]:
        """The spans in which the oldest invoice fell due, by the ages chosen on a day; empty when none is."""
        lasts = {bucket: LAST_DAYS[bucket] for bucket in self.value("age") or ()}
        return [
            (on - timedelta(days=last) if last else date.min, on - timedelta(days=int(bucket)))
            for bucket, last in lasts.items()
        ]

    def chosen_among(self) -> Q:
        """The state, channels and ages chosen: what the counters stand beside."""
        found = in_state(self.value("state"), self.days)
        if self.value("channel"):
            found &= Q(channel__in=self.value("channel"))
        if self.value("age"):
            found &= reduce(or_, (days_late(bucket, self.days) for bucket in self.value("age")))
        return found


class CompleteForm(forms.Form):
    """How several ended alike. What one customer said of his own account is noted on the panel of his action."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[(outcome.value, outcome.label) for outcome in Outcome if outcome not in ASKS_MORE],
        help_text=_(
            "A promise, a contested invoice, a call back, a decision or a declaration is noted on the panel of its "
            "action."
        ),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class SkipForm(forms.Form):
    """Why a step is not done."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class SnoozeForm(forms.Form):
    """Until when an action sleeps."""

    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))


class ReassignForm(forms.Form):
    """To whom an action goes; empty hands it back to the team."""

    to = forms.ModelChoiceField(label=_("Collector"), queryset=User.objects.none(), required=False, widget=LongSelect)

    def __init__(self, *args: Any, colleagues: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues  # type: ignore[attr-defined]
        # All read at once; the field itself would open a cursor to read them one after the other.
        self.fields["to"].widget.choices = lambda: [
            ("", _("Nobody: back to the team")),
            *((person.pk, str(person)) for person in colleagues.only("first_name", "last_name", "username")),
        ]
