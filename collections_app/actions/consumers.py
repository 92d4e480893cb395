"""How actions react to what becomes of their messages."""

from collections.abc import Callable
from datetime import date, timedelta

from django.db.models import Case, DateField, F, Value, When
from django.utils.translation import gettext_noop

from collections_app.actions.dispatch import ORIGIN
from collections_app.actions.following import follows
from collections_app.actions.levels import noticed
from collections_app.actions.merging import MERGED, passed_all_the_same
from collections_app.actions.models import Action, ActionKind, ActionState, Refusal
from collections_app.actions.preparing import carry_what_is_owed
from collections_app.actions.states import ActionMoved, move
from collections_app.actions.suspending import close_what_says_nothing, nothing_left
from collections_app.scenarios.models import StepMode
from crm.accounts.calendars import today
from crm.customers.models import Channel, Customer
from crm.events.models import Event
from crm.receivables.late_charges import record_formal_notice, withdraw_formal_notice
from crm.timeline.operations import record

BOUNCE_REOPENS = timedelta(days=10)
NOTICE_CAME_BACK = gettext_noop("The formal notice came back: it had no effect, and interest that waits for one stops.")
NOTICE_OF_NOTHING_CAME_BACK = gettext_noop(
    "The formal notice came back: it had no effect. Nothing is left to claim of it."
)
# What a person can still do otherwise; the other gates may open by themselves and the night asks them again.
FOR_A_PERSON = frozenset({"address", "opt_out", "limitation", "jurisdiction", "composition"})
# Outcomes of what could not be written.
WITHOUT_WORDS = frozenset({"no_template", "not_composed"})
KINDS = tuple(
    f"message.{what}"
    for what in ("sent", "delivered", "bounced", "complained", "failed", "blocked", "stale", "cancelled", "reply")
)


def on_message(event: Event) -> None:
    """Consumer of message events: completes, reopens or hands back the action the message came from."""
    if event.kind == "message.reply":
        answer_reply(event)
        return
    if event.payload.get("origin") != ORIGIN:
        return
    action = Action.objects.filter(pk=event.payload["origin_id"]).first()
    if action is None:
        return
    try:
        REACTIONS.get(event.kind, _completed)(action, event)
    except ActionMoved:
        return  # a person was faster: what he decided stands


def _completed(action: Action, event: Event) -> None:
    if event.payload.get("completes") and action.state in (ActionState.SCHEDULED, ActionState.CANCELLED):
        was_merged = action.outcome == MERGED
        posted_on = event.payload.get("posted_on")
        left_on = date.fromisoformat(posted_on) if posted_on else None
        move(action, "sent", at=event.at, by=None, outcome="sent", left_on=left_on)
        if was_merged and action.step_offset is not None and action.cycle_id is not None:
            passed_all_the_same(action)
        if action.formal_notice:
            on = left_on or today(action.entity, event.at)
            record_formal_notice(noticed(action, on=on), on=on, at=event.at, action=action.pk)


def _bounced(action: Action, event: Event) -> None:
    """The address does not work: the step is not done, and a person takes another way, within ten days or, of a formal
    notice, which has no effect then, however late it is known. What a person sent since did not come back. What is
    settled needs no other way, nor what is owed in another cycle, whose steps ask for it."""
    again = action.closed_at is not None and event.at - action.closed_at <= BOUNCE_REOPENS
    left = nothing_left([action], on=today(action.entity, event.delivered_at)).get(action.pk)
    if action.formal_notice and action.closed_by_id is None and withdraw_formal_notice(action.pk):
        told = NOTICE_OF_NOTHING_CAME_BACK if left == "settled" else NOTICE_CAME_BACK
        record(action.customer, "action", told, at=event.at, about="action", about_id=action.pk)
        again = True
    if action.state == ActionState.SCHEDULED or (action.state == ActionState.DONE and again and left in (None, "held")):
        _hand_back(action, event, "bounced")
        close_what_says_nothing([action.pk], at=event.delivered_at)


def _failed(action: Action, event: Event) -> None:
    if action.state == ActionState.SCHEDULED:
        _hand_back(action, event, "failed")


def _blocked(action: Action, event: Event) -> None:
    gate, _, rule = str(event.payload.get("reason", "")).partition(": ")
    record_refusal(action, gate=gate, rule=rule, event=event)
    if gate in FOR_A_PERSON and action.state == ActionState.SCHEDULED:
        _hand_back(action, event, "not_composed" if gate == "composition" else "blocked")


def _stale(action: Action, event: Event) -> None:
    """What a person had approved changed: he is asked again. What is settled is closed."""
    reason = event.payload.get("reason")
    if reason == "settled":
        move(action, "cancel", at=event.at, by=None, outcome="settled")
    elif reason == "no_template" and action.state == ActionState.SCHEDULED:
        _hand_back(action, event, "no_template")
    elif reason == "balance_changed" and action.state == ActionState.SCHEDULED:
        approval = action.mode == StepMode.APPROVAL
        state = ActionState.TO_APPROVE if approval else ActionState.TODO
        reasons = list(dict.fromkeys([*action.reasons, "stale"]))
        if Action.objects.filter(pk=action.pk, state=ActionState.SCHEDULED).update(
            state=state, outcome="balance_changed", reasons=reasons, approved_on=None
        ):
            carry_what_is_owed(action, on=today(action.entity, event.at))


REACTIONS: dict[str, Callable[[Action, Event], None]] = {
    "message.bounced": _bounced,
    "message.failed": _failed,
    "message.blocked": _blocked,
    "message.stale": _stale,
    "message.cancelled": lambda action, event: None,
    "message.complained": lambda action, event: None,
}


def _hand_back(action: Action, event: Event, outcome: str) -> None:
    """What could not be written keeps its channel, a letter waits for another try by post, the rest becomes a call."""
    kept = action.channel == Channel.POST or outcome in WITHOUT_WORDS
    channel = action.channel if kept else Channel.PHONE
    reasons = list(dict.fromkeys([*action.reasons, outcome]))
    move(
        action,
        "hand_back",
        at=event.at,
        by=None,
        outcome=outcome,
        channel=channel,
        reasons=reasons,
        snoozed_until=None,
        approved_on=None,
        reopened_on=_opened_again(action, event),
    )


def _opened_again(action: Action, event: Event) -> Case:
    """The day, of what was closed; what is still open goes on."""
    on = Value(today(action.entity, event.at), output_field=DateField())
    return Case(When(closed_at__isnull=False, then=on), default=F("reopened_on"))


def record_refusal(action: Action, *, gate: str, rule: str, event: Event) -> None:
    """One row per action and gate, from the first to the last date it refused."""
    on = today(action.entity, event.at)
    refusal, created = Refusal.objects.get_or_create(
        action=action,
        gate=gate[:40],
        defaults={
            "entity_id": action.entity_id,
            "customer_id": action.customer_id,
            "rule": rule[:60],
            "first_on": on,
            "last_on": on,
        },
    )
    if not created and refusal.last_on < on:
        Refusal.objects.filter(pk=refusal.pk).update(last_on=on, rule=rule[:60])


def answer_reply(event: Event) -> None:
    """A customer wrote: one task a day to answer him, for whoever follows him, else for his team; closed before he
    wrote again, it opens again."""
    if event.customer_id is None:
        return
    customer = Customer.objects.select_related("entity").get(pk=event.customer_id)
    on = today(customer.entity, event.at)
    task, _new = Action.objects.get_or_create(
        customer=customer,
        currency=customer.entity.currency,
        step_code="reply",
        cycle=None,
        invoice=None,
        occasion_on=on,
        defaults={
            "entity_id": customer.entity_id,
            "kind": ActionKind.REPLY,
            "channel": Channel.EMAIL,
            "mode": StepMode.TODO,
            "state": ActionState.TODO,
            "owner": follows(customer, on),
            "team_id": customer.team_id,
            "amount": 0,
            "late_since_on": on,
            "opened_on": on,
        },
    )
    Action.objects.filter(pk=task.pk, closed_at__lt=event.at).update(
        state=ActionState.TODO, closed_at=None, closed_by=None, outcome="", snoozed_until=None, reopened_on=on
    )
