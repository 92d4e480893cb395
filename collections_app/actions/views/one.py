"""One action at a time: its words, its sending, the step where a backlog enters."""

from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from collections_app.actions import by_hand, operations, queries
from collections_app.actions.models import Action, ActionState
from collections_app.actions.preparing import compose_action
from collections_app.actions.states import ActionRefused
from collections_app.actions.views.left import tell_left
from collections_app.actions.views.verbs import back, keys_of
from collections_app.letters.compose import NOT_WRITTEN
from collections_app.scenarios.models import Step
from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.accounts.rules import reads_pages, works_customers
from crm.core.access import opened_to
from crm.core.each import Tried, each
from telephony.core.outgoing import Stale
from telephony.messaging.models import Message

# Each is sent in its own transaction; beyond it the page would keep a person waiting.
MOST_SENT = 200


class EntryForm(forms.Form):
    """The step a backlog enters at; the steps before it count as passed."""

    step = forms.ChoiceField(label=gettext_lazy("Start at"))

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        after_due = Step.objects.filter(version=action.scenario_version_id, offset_days__gte=0)
        steps = list(after_due.order_by("offset_days"))
        offsets: list[int | None] = [None, *(step.offset_days for step in steps)]
        self.passed = {step.code: offsets[place] for place, step in enumerate(steps)}
        choices = [(step.code, f"{step.name} ({step.offset_days:+d})") for step in steps]
        self.fields["step"].choices = choices  # type: ignore[attr-defined]

    @property
    def passed_offset(self) -> int | None:
        """The offset of the step before the chosen one."""
        return self.passed[self.cleaned_data["step"]]


@require_GET
@opened_to(reads_pages)
def words(request: HttpRequest, pk: int) -> HttpResponse:
    """The text of the action as it would leave now: to read, to say, or to copy."""
    action = _action(request, pk)
    on = today(action.entity, timezone.now())
    try:
        context = {"composed": compose_action(action, on=on, to_read=True), "action": action}
    except Stale:
        context = {"problem": _("No template is attached to this action.")}
    except NOT_WRITTEN as refusal:
        context = {"problem": str(refusal)}
    return render(request, "actions/_words.html", context)


@require_POST
@opened_to(works_customers)
def send(request: HttpRequest) -> HttpResponse:
    """Approve or send the actions; each leaves by the outbox, which checks balance and gates once more."""
    assert isinstance(request.user, User)
    asked, now = keys_of(request), timezone.now()
    keys = asked[:MOST_SENT]
    actions = list(queries.of_colleagues(keys, request.user).select_related("customer__entity", "address"))
    tried = each(actions, partial(_send, user=request.user, now=now), ActionRefused)
    if len(tried.done) == 1:
        tell_departure(request, by_hand.departure_of(tried.done[0][0], at=now))
    elif tried.done:
        _tell_count(request, len(tried.done), sum(message.not_before_at > now for _action, message in tried.done))
    _tell_refused(request, tried)
    tell_left(request, "send", keys, [action.pk for action in actions])
    _tell_beyond(request, len(asked) - len(keys))
    return back(request)


def _send(action: Action, user: User, now: datetime) -> Message:
    if action.state == ActionState.TO_APPROVE:
        return operations.approve(action, by=user, at=now)
    return operations.send_now(action, by=user, at=now)


def _tell_count(request: HttpRequest, sent: int, later: int) -> None:
    messages.success(request, _("Sent to the outbox: %(count)d.") % {"count": sent})
    if later:
        text = ngettext(
            "%(count)d of them leaves later: its panel says when and why.",
            "%(count)d of them leave later: their panels say when and why.",
            later,
        )
        messages.info(request, text % {"count": later})


def _tell_refused(request: HttpRequest, tried: Tried[Action, Message]) -> None:
    told = sorted({_("%(name)s: %(why)s") % {"name": one.customer.name, "why": why} for one, why in tried.refused})
    for text in told[:3]:
        messages.warning(request, text)
    if more := len(told[3:]) + len(tried.left):
        text = ngettext("And %(count)d more was not sent.", "And %(count)d more were not sent.", more)
        messages.warning(request, text % {"count": more})


def _tell_beyond(request: HttpRequest, beyond: int) -> None:
    if beyond:
        text = ngettext(
            "%(count)d action was not looked at: at most %(most)d are sent at once.",
            "%(count)d actions were not looked at: at most %(most)d are sent at once.",
            beyond,
        )
        messages.warning(request, text % {"count": beyond, "most": MOST_SENT})


def tell_departure(request: HttpRequest, leaving: by_hand.Departure | None) -> None:
    """Say what becomes of the one message asked for."""
    refused = leaving is not None and leaving.answer == "refused"
    messages.add_message(request, messages.WARNING if refused else messages.SUCCESS, by_hand.told_after(leaving))


@require_POST
@opened_to(works_customers)
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer an entry task with the step chosen."""
    assert isinstance(request.user, User)
    action = _action(request, pk)
    form = EntryForm(request.POST, action=action)
    if not form.is_valid():
        messages.error(request, _("Choose a step of the scenario."))
        return back(request)
    try:
        operations.enter_at(action, passed_offset=form.passed_offset, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The next night opens the chosen step."))
    return back(request)


def _action(request: HttpRequest, pk: int) -> Action:
    assert isinstance(request.user, User)
    found = queries.worklist(request.user).select_related("entity", "customer__entity", "template", "address", "owner")
    return get_object_or_404(found, pk=pk)
