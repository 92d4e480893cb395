"""What a person does with one action: let it leave, take it back, note what came of it, open one by hand, choose where
a backlog enters.

Whoever calls checks the rights; these check the state. Many at a time: `bulk.py`.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import SmallIntegerField, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _, gettext_noop

from collections_app.actions import bulk, declaring, deeds
from collections_app.actions.deciding import begin_again, hold_until
from collections_app.actions.dispatch import queue_message, withdraw_messages
from collections_app.actions.labels import OF_A_DECLARATION, UNTIL_A_DAY, Outcome, decides, outcomes_of, step_names
from collections_app.actions.later import DayRefused, check_later
from collections_app.actions.models import OPEN_STATES, Action, ActionKind, ActionLine, ActionState, Cycle, Deed
from collections_app.actions.states import ActionMoved, ActionRefused, move
from collections_app.actions.suspending import suspend
from collections_app.compliance.wording import rule_sentence
from collections_app.letters.models import Template, Tone
from collections_app.scenarios.models import StepMode
from collections_app.segments.queries import kept_home
from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.core.currencies import decimals
from crm.core.formats import day
from crm.customers.models import Channel, Customer
from crm.customers.operations import in_use
from crm.customers.queries import best_address
from crm.holds.exceptions import HoldRefused, OtherCustomersInvoice
from crm.holds.models import PROMISE_WITHOUT_DAY, Hold, HoldKind
from crm.holds.operations import place_holds
from crm.holds.queries import Claims, NetItem, net_items
from crm.receivables.models import Invoice
from crm.timeline.operations import record
from crm.timeline.params import Money, Msgid
from telephony.messaging.models import Message

SENDABLE = frozenset({Channel.EMAIL, Channel.POST})
SUSPENDS = frozenset({Outcome.WILL_PAY, Outcome.CONTESTS, *UNTIL_A_DAY})
PROMISED = gettext_noop("says he will pay by %(on)s")
PROMISED_AMOUNT = gettext_noop("says he will pay %(amount)s by %(on)s")
CALL_BACK_ON = gettext_noop("asks to be called back on %(on)s")
# Of no claim, and of some; without a reference, and with one.
DECLARED = (
    gettext_noop("claims declared on %(on)s"),
    gettext_noop("claims declared on %(on)s, reference %(reference)s"),
)
DECLARED_AS = (
    gettext_noop("claims declared on %(on)s: %(amounts)s"),
    gettext_noop("claims declared on %(on)s: %(amounts)s, reference %(reference)s"),
)
NOT_NEEDED = gettext_noop("no declaration needed: %(reason)s")
WAITS = gettext_noop("wait until %(on)s")


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


@dataclass(frozen=True)
class Said:
    """What came of an action, as a person notes it.

    `on`: the day he promises to pay by, or asks to be called back; `amount`: what he promises, in the currency of the
    action; `invoices`: those he promises (none: all he owes, in every currency) or contests, for this `reason`. Of a
    decision: the day `on` which one decides again, and the `invoices` it is about (none: all that is late). Of claims
    on an insolvent customer: the day `on` which they were declared, with the `reference` of it if there is one, or the
    `reason` why they are not.
    """

    outcome: Outcome
    note: str = ""
    on: date | None = None
    amount: Decimal | None = None
    invoices: Sequence[Invoice] = ()
    reason: str = ""
    reference: str = ""


class SaidRefused(ActionRefused):
    """Something is missing or wrong in what was noted; `field` names it as `Said` does."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Concluded:
    """The holds placed, and what may be taken back."""

    holds: list[Hold]
    deed: Deed


@transaction.atomic
def conclude(action: Action, said: Said, *, by: User, at: datetime) -> Concluded:
    """Done, with what follows from what the customer said: a promise suspends dunning until its day, a contested
    invoice until somebody lifts it, and who asks to be called back is called that day. What else waits for a person
    with nothing to say but about what is suspended leaves his list. A decision suspends what it is about until its day,
    waits for it, or begins the scenario again. What became of the claims on an insolvent customer is recorded of the
    hold that asks to declare them.

    Each contested invoice has its own hold. A hold that says the same already is left as it is. Raises ActionMoved,
    SaidRefused.
    """
    # He is locked first, as by a merge and by a hold.
    customer, on = in_use(action.customer), today(action.entity, at)
    _check_outcome(action, said)
    _check_said(said, action.currency, on)
    if said.outcome == Outcome.CALL_BACK:
        _refuse_twice(action, said.on)
    waiting = Action.objects.waiting_for_a_person().filter(customer=customer).values_list("pk", flat=True)
    followed_by = waiting if said.outcome in SUSPENDS or said.outcome == Outcome.RESTART else ()
    with deeds.remembered([action.pk], followed_by=followed_by, by=by, at=at) as doing:
        claims = declaring.claims_said(action, on=said.on, at=at) if said.outcome in OF_A_DECLARATION else []
        told = _told(action, said, claims)
        if not bulk.complete([action.pk], outcome=said.outcome, note=said.note, told=told, by=by, at=at):
            action.refresh_from_db()
            raise ActionMoved(action)
        if said.outcome == Outcome.CALL_BACK:
            # A call that was made counts; the task waits for the day of the next one.
            move(action, "call_again", at=at, by=by, outcome="", snoozed_until=said.on, reopened_on=on)
        if said.outcome in OF_A_DECLARATION:
            _record_declaration(action, said, claims, by=by, at=at)
        if said.outcome in SUSPENDS:
            doing.holds = _place_holds(action, customer, said, on=on, by=by, at=at)
            suspend(customer, on=on, at=at)
        if said.outcome == Outcome.RESTART:
            begin_again(action, on=on, at=at)
    assert doing.deed is not None  # it changed the action itself
    return Concluded(doing.holds, doing.deed)


@transaction.atomic
def take_back(deed: int | None, *, asked: int | None = None, by: User, at: datetime) -> deeds.TakenBack:
    """Undo what a person did a few minutes ago, by its number: his actions are again what they were, the suspensions it
    placed end as placed by mistake, and what these took out of his list is back. The history says so and loses
    nothing. Of many, the customers that somebody or the night went on with since are left alone, but all of it stays
    where the one action `asked` about would. What was paid or suspended meanwhile is no task again.

    Raises OthersDeed, TooLate, AlreadyTakenBack, and SentSince or ChangedSince where none is left to take back.
    """
    found = Deed.objects.select_for_update(of=("self",)).filter(pk=deed).first() if deed is not None else None
    return deeds.undo(deeds.check(found, by=by, at=at), asked=asked, by=by, at=at)


def _check_said(said: Said, currency: str, on: date) -> None:
    if said.outcome == Outcome.WILL_PAY:
        if said.on is None or said.on < on:
            raise SaidRefused("on", _("Choose today or a later day.") if said.on else str(PROMISE_WITHOUT_DAY))
        if said.amount is not None and (said.amount <= 0 or said.amount != round(said.amount, decimals(currency))):
            text = _("In %(currency)s an amount is above 0 and has %(count)d decimals at most.")
            raise SaidRefused("amount", text % {"currency": currency, "count": decimals(currency)})
    if said.outcome == Outcome.CALL_BACK or said.outcome in UNTIL_A_DAY:
        try:
            check_later(said.on, on=on)
        except DayRefused as refusal:
            raise SaidRefused("on", str(refusal)) from refusal
    if said.outcome == Outcome.CONTESTS and not said.invoices:
        raise SaidRefused("invoices", _("Choose at least one invoice."))
    if said.outcome == Outcome.CONTESTS and not said.reason.strip():
        raise SaidRefused("reason", _("Say why he contests."))
    if said.outcome == Outcome.DECLARED and (said.on is None or said.on > on):
        raise SaidRefused("on", _("Say on which day they were declared, today at the latest."))
    if said.outcome == Outcome.NOT_NEEDED and not said.reason.strip():
        raise SaidRefused("reason", _("Say why no declaration is needed."))


def _record_declaration(action: Action, said: Said, claims: list[Claims], *, by: User, at: datetime) -> None:
    if said.outcome == Outcome.DECLARED:
        assert said.on is not None  # _check_said
        declaring.declared(action, claims, on=said.on, reference=said.reference.strip(), by=by, at=at)
    else:
        declaring.not_needed(action, claims, reason=said.reason.strip(), by=by, at=at)


def _check_outcome(action: Action, said: Said) -> None:
    """A decision and a declaration end as such, and nothing else does."""
    if said.outcome not in outcomes_of(action):
        raise SaidRefused("outcome", _does_not_end_so(action, said))
    if said.outcome == Outcome.DECLARED and said.on and said.on < action.late_since_on:
        raise SaidRefused(
            "on", _("Claims are declared after the judgment, given on %(day)s.") % {"day": day(action.late_since_on)}
        )


def _does_not_end_so(action: Action, said: Said) -> str:
    of_proceedings = (ActionKind.DECLARATION, ActionKind.INSOLVENCY)
    if action.kind in of_proceedings or said.outcome in OF_A_DECLARATION:
        return _("“%(kind)s” does not end so.") % {"kind": action.get_kind_display()}
    return _("A decision ends as one.") if decides(action) else _("Only a decision ends so.")


def _refuse_twice(action: Action, on: date | None) -> None:
    # A second click would count a second call.
    if Action.objects.filter(pk=action.pk, snoozed_until=on, lives__outcome=Outcome.CALL_BACK).exists():
        raise ActionRefused(_("The call back of that day is noted already."))


def _told(action: Action, said: Said, claims: list[Claims]) -> Msgid | None:
    if said.outcome == Outcome.CALL_BACK:
        return Msgid(CALL_BACK_ON, {"on": said.on})
    if said.outcome == Outcome.DECLARED:
        reference = said.reference.strip()
        amounts = [Money(each.amount, each.currency) for each in claims]
        text = DECLARED_AS[bool(reference)] if amounts else DECLARED[bool(reference)]
        return Msgid(text, {"on": said.on, "amounts": amounts, "reference": reference})
    if said.outcome == Outcome.NOT_NEEDED:
        return Msgid(NOT_NEEDED, {"reason": said.reason.strip()})
    if said.outcome == Outcome.WAIT:
        return Msgid(WAITS, {"on": said.on})
    if said.outcome != Outcome.WILL_PAY:
        return None
    if said.amount is None:
        return Msgid(PROMISED, {"on": said.on})
    return Msgid(PROMISED_AMOUNT, {"on": said.on, "amount": Money(said.amount, action.currency)})


def _place_holds(action: Action, customer: Customer, said: Said, *, on: date, by: User, at: datetime) -> list[Hold]:
    if said.outcome in UNTIL_A_DAY:
        return _hold_what_was_decided(action, customer, said, on=on, by=by, at=at)
    kind, ends_on, reason = HoldKind.DISPUTE, None, said.reason
    if said.outcome == Outcome.WILL_PAY:
        kind, ends_on, reason = HoldKind.PROMISE, said.on, _promise(said)
    given: dict[str, Any] = {"kind": kind, "reason": reason, "starts_on": on, "ends_on": ends_on}
    if said.outcome == Outcome.WILL_PAY and said.amount is not None:
        given |= {"amount": said.amount, "currency": action.currency}
    try:
        return place_holds(customer, said.invoices, **given, by=by, at=at)
    except OtherCustomersInvoice as refusal:
        raise SaidRefused("invoices", str(refusal)) from refusal
    except HoldRefused as refusal:
        raise SaidRefused("reason" if said.outcome == Outcome.CONTESTS else "on", str(refusal)) from refusal


def _hold_what_was_decided(
    action: Action, customer: Customer, said: Said, *, on: date, by: User, at: datetime
) -> list[Hold]:
    assert said.on is not None  # _check_said
    try:
        return hold_until(
            action, customer, said.outcome, said.invoices, note=said.note, on=on, until=said.on, by=by, at=at
        )
    except (ActionRefused, OtherCustomersInvoice) as refusal:
        raise SaidRefused("invoices", str(refusal)) from refusal
    except HoldRefused as refusal:
        raise SaidRefused("on", str(refusal)) from refusal


def _promise(said: Said) -> str:
    """The reason of the suspension: what was noted; how much is told beside it."""
    return " ".join(said.note.split())[:200] or str(Outcome.WILL_PAY.label)


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
    if decides(action) or action.channel not in SENDABLE or action.template_id is None:
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
