"""What already waits for a customer, told before a person adds something by hand."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from collections_app.actions import labels
from collections_app.actions.dispatch import ORIGIN
from collections_app.actions.models import Action
from crm.customers.models import Customer
from telephony.messaging.models import Message
from telephony.messaging.states import UNDER_WAY


@dataclass(frozen=True)
class Waiting:
    """An open action, or a message no open action stands for, in words; `action` is the key of the former."""

    what: str
    detail: str
    since: date
    action: int | None = None


def waiting_for(customer: Customer) -> list[Waiting]:
    """Oldest first; three queries."""
    actions = list(Action.objects.open().filter(customer=customer).select_related("template"))
    names = labels.step_names(actions)
    found = [_waiting(one, names[one.pk]) for one in actions]
    messages = Message.objects.filter(customer=customer, state__in=UNDER_WAY)
    others = messages.exclude(origin=ORIGIN, origin_id__in=[one.pk for one in actions]).defer("body", "variables")
    found += [
        Waiting(one.get_channel_display(), one.subject, timezone.localtime(one.created_at).date()) for one in others
    ]
    return sorted(found, key=lambda one: one.since)


def _waiting(action: Action, name: str) -> Waiting:
    what, state = str(labels.verb(action)), action.get_state_display()
    return Waiting(what, f"{name} · {state}" if name != what else state, action.opened_on, action.pk)
