"""Handing an action to the outbox: one message per attempt."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from collections_app.actions.models import Action
from collections_app.actions.states import ActionRefused
from crm.accounts.calendars import today
from crm.customers.queries import best_address
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message
from telephony.messaging.states import GONE_WRONG, MessageState

ORIGIN = "action"


class NoAddress(ActionRefused):
    """There is nowhere to send it."""


class HeldByNight(ActionRefused):
    """Nothing its night asked for leaves before somebody has looked at the whole of it."""


class InDoubt(ActionRefused):
    """Nobody can tell whether it left."""


def last_message(action: Action) -> Message | None:
    """That of the last attempt."""
    return Message.objects.filter(origin=ORIGIN, origin_id=action.pk).order_by("-attempt_key").first()


def kept_back(message: Message) -> ActionRefused | None:
    """Why to ask for it again would not let it leave; None: it leaves by itself, has left, or may be asked again."""
    if message.state == MessageState.HELD:
        return HeldByNight(
            _("An unusual night holds this message: a supervisor releases or cancels it under Morning reports.")
        )
    if messaging.is_withheld(message):
        return HeldByNight(
            _("The night that wrote this message is not over: it leaves after it, or after the next one if it failed.")
        )
    if message.state == MessageState.AMBIGUOUS:
        return InDoubt(_("Nobody can tell whether this message left: a supervisor has to say so first (Messages)."))
    return None


def queue_message(action: Action, *, at: datetime, not_before_at: datetime | None = None) -> Message:
    """Ask the outbox for the next attempt of `action`, in the caller's transaction, or return the one under way: what
    may still leave, or has left, is not asked for twice. Raises NoAddress, HeldByNight, InDoubt."""
    last = last_message(action)
    if last is not None and (refusal := kept_back(last)):
        raise refusal
    if last is not None and last.state not in GONE_WRONG:
        return last
    _choose_address(action, today(action.entity, at))
    if action.address is None:
        raise NoAddress(
            _("No usable %(channel)s address: add one on the customer's page, or do the action otherwise.")
            % {"channel": action.get_channel_display()}
        )
    return messaging.queue(
        action.address,
        origin=ORIGIN,
        origin_id=action.pk,
        at=at,
        attempt_key=last.attempt_key + 1 if last else 1,
        occasion=action.run_id,
        not_before_at=not_before_at,
    )


def _choose_address(action: Action, on: date) -> None:
    """The best there is now, whatever the night or the page found; without any it stays, and a gate refuses it."""
    found = best_address(action.customer, action.channel, on)
    if found is not None and found != action.address:
        action.address = found
        action.save(update_fields=["address"])


def withdraw_messages(action: Action, *, at: datetime, reason: str) -> None:
    """Take back what has not left yet."""
    messaging.cancel(origin=ORIGIN, origin_ids=[action.pk], reason=reason, at=at)
