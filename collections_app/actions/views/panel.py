"""The side panel of the to-do list: one action and what is needed to do it."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from collections_app.actions import by_hand, labels, queries
from collections_app.actions.declaring import claims_of
from collections_app.actions.dispatch import last_message
from collections_app.actions.forms import ReassignForm, SkipForm, SnoozeForm
from collections_app.actions.models import OPEN_STATES, Action, ActionKind, ActionState
from collections_app.actions.operations import SENDABLE
from collections_app.actions.said import SaidForm
from collections_app.actions.urgency import MOST_URGENT
from collections_app.actions.views.one import EntryForm
from collections_app.actions.views.verbs import colleagues
from crm.accounts.calendars import Days, days_at, today
from crm.accounts.models import User
from crm.accounts.rules import reads_pages, works_customers
from crm.core.access import opened_to
from crm.customers.models import FIRST_USED, Address, Channel
from crm.holds.summary import accounts
from crm.timeline.queries import entries
from telephony.messaging.states import MessageState

HISTORY = 8
INVOICES = 12
BESIDE = 10


@require_GET
@opened_to(reads_pages)
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """One action the person may see; 404 for the others."""
    assert isinstance(request.user, User)
    rows = queries.with_row(queries.worklist(request.user), days_at(timezone.now()))
    action = get_object_or_404(rows.select_related("entity"), pk=pk)
    context = panel_context(action, request.user, today(action.entity, timezone.now()))
    return render(request, "actions/_panel.html", {"panel": context})


def panel_context(action: Action, user: User, on: date) -> dict[str, Any]:
    """What the panel shows."""
    customer = action.customer
    printing = _is_printing(action)
    sendable = action.channel in SENDABLE and action.template_id is not None and not printing
    may_send = works_customers(user) and sendable
    may_complete = works_customers(user) and action.state == ActionState.TODO and action.kind != ActionKind.ENTRY
    carried = {line.invoice_id: line for line in action.lines.all()}
    found = accounts(customer, on, most=INVOICES)
    addresses = _addresses(action, on)
    return {
        "action": action,
        "verb": labels.verb(action),
        "icon_name": labels.icon(action),
        "reasons": labels.reasons(action, on=on),
        "claims": claims_of(action, on=on) if _asks_for_claims(action) else None,
        "beside": _beside(action, user, on),
        "customer": customer,
        "accounts": found,
        "account": next((one for one in found if one.currency == action.currency), None),
        "carried": carried,
        "addresses": addresses,
        "no_number": not addresses or (action.channel == Channel.PHONE and not _reached_by_phone(addresses)),
        "history": entries(customer, limit=HISTORY).lines,
        "may_work": works_customers(user),
        "may_skip": action.kind != ActionKind.DECLARATION,
        "entry": EntryForm(action=action) if action.kind == ActionKind.ENTRY and works_customers(user) else None,
        "may_send": may_send,
        "printing": printing,
        "departure": by_hand.departure_of(action, at=timezone.now()) if may_send and action.address_id else None,
        "decides": labels.decides(action),
        "approving": action.state == ActionState.TO_APPROVE,
        "said": SaidForm(action=action) if may_complete else None,
        "forms": _forms(user),
        "soon": _soon(on),
    }


def _asks_for_claims(action: Action) -> bool:
    """One that is over asks for none: the page of the customer tells what was declared."""
    return action.kind == ActionKind.DECLARATION and action.state in OPEN_STATES


def _beside(action: Action, user: User, on: date) -> list[dict[str, Any]]:
    """What else waits for a person at the same customer: one call may do for all of it."""
    others = queries.worklist(user).waiting_for_a_person().filter(customer=action.customer_id).exclude(pk=action.pk)
    rows = queries.with_row(others, Days(on)).order_by(*MOST_URGENT.ordering)[:BESIDE]
    return [{"action": row, "verb": labels.verb(row), "icon": labels.icon(row)} for row in rows]


def _soon(on: date) -> list[dict[str, str]]:
    """Usual days to put off to."""
    choices = ((1, _("Tomorrow")), (3, _("In 3 days")), (7, _("In a week")), (14, _("In two weeks")))
    return [{"value": (on + timedelta(days=days)).isoformat(), "label": label} for days, label in choices]


def _addresses(action: Action, on: date) -> list[Address]:
    """Those that serve on a day, those of the action's own channel first."""
    wanted = {action.channel, Channel.PHONE} if action.channel == Channel.SMS else {action.channel}
    rows = Address.objects.filter(customer=action.customer).select_related("contact").order_by(*FIRST_USED)
    usable = [address for address in rows if address.serves(on)]
    return sorted(usable, key=lambda address: address.channel not in wanted)


def _is_printing(action: Action) -> bool:
    """Whether its letter is composed: nothing is left to send, a person prints it and confirms that it was posted."""
    if action.state != ActionState.SCHEDULED or action.channel != Channel.POST:
        return False
    message = last_message(action)
    return message is not None and message.state == MessageState.READY


def _reached_by_phone(addresses: list[Address]) -> bool:
    return any(address.channel in (Channel.PHONE, Channel.SMS) for address in addresses)


def _forms(user: User) -> dict[str, Any]:
    return {
        "skip": SkipForm(auto_id="panel_skip_%s"),
        "snooze": SnoozeForm(auto_id="panel_snooze_%s"),
        "reassign": ReassignForm(auto_id="panel_reassign_%s", colleagues=colleagues(user)),
    }
