"""What a person does with one action: let it leave, take it back, open one by hand, choose where a backlog enters.

Whoever calls checks the rights; these check the state. Many at a time: `bulk.py`.
"""

import secrets
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import SmallIntegerField, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _, gettext_noop

from collections_app.actions.dispatch import queue_message, withdraw_messages
from collections_app.actions.labels import step_names
from collections_app.actions.models import OPEN_STATES, Action, ActionKind, ActionLine, ActionState, Cycle
from collections_app.actions.states import ActionRefused, move
from collections_app.compliance.wording import rule_sentence
from collections_app.letters.models import Template, Tone
from collections_app.scenarios.models import StepMode
from collections_app.segments.queries import kept_home
from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.customers.models import Channel, Customer
from crm.customers.queries import best_address
from crm.holds.queries import NetItem, net_items
from crm.timeline.operations import record
from telephony.messaging.models import Message

SENDABLE = frozenset({Channel.EMAIL, Channel.POST})


class NothingToSend(ActionRefused):
    """The channel carries nothing by itself, or nothing is left to claim."""


class AskedBefore(ActionRefused):
    """The same request came before; `action` is what it opened."""

    def __init__(self, action: Action) -> None:
        self.action = action
        super().__init__(
            _("This reminder was already asked for from that page: it is “%(state)s”, and was not made a second time.")
            % {"state": action.get_state_display()}
        )


class KeptHome(ActionRefused):
    """A rehearsal, or training: nothing leaves, and the action stays where it is."""


@transaction.atomic
def approve(action: Action, *, by: User, at: datetime) -> Message:
    """A person agrees with what the system prepared: its message, which leaves by the outbox. Raises ActionMoved,
    NothingToSend, NoAddress, HeldByNight, InDoubt, KeptHome."""
    _check_sendable(action)
    move(action, "approve", at=at, by=by, approved_on=today(action.entity, at))
    tell(action, gettext_noop("%(step)s approved"), by=by, at=at)
    return queue_message(action, at=at)


@transaction.atomic
def send_now(action: Action, *, by: User, at: datetime) -> Message:
    """Hand an open action to the outbox now; its message, which `telephony.messaging.operations.send_one` may carry at
    once after the commit. Balance and gates are asked again before it leaves; what leaves by itself goes on following
    its balance while it waits there. Raises NothingToSend, NoAddress, HeldByNight, InDoubt, KeptHome."""
    _check_sendable(action)
    seen_on = None if action.mode == StepMode.AUTOMATIC else today(action.entity, at)
    move(action, "send", at=at, by=by, approved_on=seen_on)
    tell(action, gettext_noop("%(step)s: sending asked by hand"), by=by, at=at)
    return queue_message(action, at=at)


@transaction.atomic
def cancel(action: Action, *, by: User, at: datetime, reason: str) -> None:
    """Taken back: the same step may come again."""
    move(action, "cancel", at=at, by=by, outcome="cancelled", note=reason)
    withdraw_messages(action, at=at, reason=reason)
    tell(action, gettext_noop("%(step)s cancelled"), by=by, at=at, text=reason)


@transaction.atomic
def open_manual(
    customer: Customer,
    *,
    template: Template,
    channel: str,
    invoice_ids: Collection[int],
    currency: str,
    by: User,
    on: date,
    key: str = "",
) -> Action:
    """A reminder a person decides on, outside any scenario; it waits in the list until it is sent or done.

    Carries the chosen invoices at their net amount. `key`, of at most 32 signs, is that of the request: asked for again
    with it, the reminder is not opened again. Raises NothingToSend when nothing is left to claim, AskedBefore.
    """
    items = _owed_on(customer, invoice_ids, currency, on)
    action, is_new = Action.objects.get_or_create(
        customer=customer,
        currency=currency,
        kind=ActionKind.MANUAL,
        step_code=f"manual-{key or secrets.token_hex(8)}",
        defaults={
            "entity_id": customer.entity_id,
            "occasion_on": on,
            "channel": channel,
            "mode": StepMode.TODO,
            "state": ActionState.TODO,
            "template": template,
            "formal_notice": template.tone == Tone.FORMAL_NOTICE,
            "address": best_address(customer, channel, on),
            "owner": by,
            "team_id": customer.team_id,
            "amount": sum((item.net_amount for item in items), Decimal(0)),
            "oldest_due_on": min(item.due_on for item in items),
            "late_since_on": min(item.due_on for item in items),
            "opened_on": on,
        },
    )
    if not is_new:
        raise AskedBefore(action)
    lines = [ActionLine(action=action, invoice_id=item.invoice_id, amount=item.net_amount) for item in items]
    ActionLine.objects.bulk_create(lines)
    return action


def _owed_on(customer: Customer, invoice_ids: Collection[int], currency: str, on: date) -> list[NetItem]:
    items = [
        item
        for item in net_items(customer, on=on)
        if item.currency == currency and item.invoice_id in invoice_ids and item.net_amount > 0
    ]
    if not items:
        raise NothingToSend(_("Nothing is left to claim on the chosen invoices."))
    return items


@transaction.atomic
def enter_at(action: Action, *, passed_offset: int | None, by: User, at: datetime) -> None:
    """Answer an entry task: steps up to `passed_offset` days count as passed (`None`: start at the first step)."""
    if action.kind != ActionKind.ENTRY or action.state not in OPEN_STATES or action.cycle_id is None:
        raise ActionRefused(_("This backlog has already entered its scenario."))
    move(action, "complete", at=at, by=by, outcome="entered")
    # A merge may have brought steps passed with the duplicate: what was said is never said again.
    passed = Greatest("passed_offset", Value(passed_offset, output_field=SmallIntegerField()))
    Cycle.objects.filter(pk=action.cycle_id, closed_on__isnull=True).update(by_hand=False, passed_offset=passed)
    tell(action, gettext_noop("Backlog entered its scenario"), by=by, at=at)


def _check_sendable(action: Action) -> None:
    if action.channel not in SENDABLE or action.template_id is None:
        raise NothingToSend(_("This action is done by a person: nothing is sent for it."))
    if rule := kept_home(action.customer_id):
        raise KeptHome(rule_sentence(rule))


def tell(action: Action, subject: str, *, by: User | None, at: datetime, text: str = "") -> None:
    record(
        action.customer,
        "action",
        subject,
        at=at,
        by=by,
        params={"step": step_names([action])[action.pk]},
        text=text,
        about="action",
        about_id=action.pk,
    )
