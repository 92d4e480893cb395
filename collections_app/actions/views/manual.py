"""Manual dunning: a person chooses a template and invoices, reads what would leave, then sends it or keeps it to do."""

import secrets
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from collections_app.actions import by_hand, operations
from collections_app.actions.models import Action, ActionState
from collections_app.actions.states import ActionRefused
from collections_app.actions.views.manual_form import SHOWN, Asked, asked
from collections_app.actions.views.one import tell_departure
from collections_app.letters.models import Template, Tone
from crm.accounts.calendars import today
from crm.accounts.rules import works_customers
from crm.core.access import opened_to
from crm.customers.models import Address, Channel, Customer
from crm.customers.views.kept import customer_of, leads_to_kept
from crm.holds.summary import Account, Item, accounts

# What a person reaches for first when something is late.
TONES = (Tone.FRIENDLY, Tone.REMINDER, Tone.FIRM, Tone.FORMAL_NOTICE, Tone.STATEMENT, Tone.PREVENTIVE)

# A message about many more takes seconds to compose: a person asks for it, the page does not by itself.
MOST_TICKED = 2_000


@require_GET
@opened_to(works_customers)
@leads_to_kept
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; what the chosen template (at first the mildest) may ask for is ticked."""
    customer = customer_of(request, pk)
    on = today(customer.entity, timezone.now())
    channels = _by_channel(customer, on)
    template = _asked(request.GET.get("template", ""), channels)
    found = [_proposed(template, customer, account) for account in accounts(customer, on)]
    context = {"customer": customer, "found": found, "channels": channels, "template": template}
    context["page"] = secrets.token_hex(8)
    context["notice"] = template is not None and template.tone == Tone.FORMAL_NOTICE
    return render(request, "actions/manual.html", context)


def _proposed(template: Template | None, customer: Customer, account: Account) -> dict[str, Any]:
    ticked = by_hand.proposed(template, customer, account)
    shown, beyond = account.items[:SHOWN], account.items[SHOWN:]
    late = [item for item in beyond if item.invoice.pk in ticked]
    late_amount, with_rest = _sum(late), len(late) <= MOST_TICKED
    chosen = _sum(item for item in shown if item.invoice.pk in ticked) + (late_amount if with_rest else 0)
    rest = {"hidden": len(beyond), "late": len(late), "late_amount": late_amount, "with_rest": with_rest}
    last = shown[-1].invoice.pk if shown else None
    return {"account": account, "shown": shown, "last": last, "ticked": ticked, "chosen": chosen, **rest}


def _sum(items: Iterable[Item]) -> Decimal:
    return sum((item.net for item in items), Decimal(0))


def _asked(key: str, channels: list[dict[str, Any]]) -> Template | None:
    """The template of the address, else the first one of a channel the customer has an address for, else the first."""
    by_reach = sorted(channels, key=lambda channel: not channel["reachable"])
    offered = [template for channel in by_reach for template in channel["templates"]]
    return next((template for template in offered if str(template.pk) == key), offered[0] if offered else None)


@require_POST
@opened_to(works_customers)
@leads_to_kept
def open_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the action; `send` hands it to the outbox at once, else it waits in the person's list. The same form posted
    again (a second click, a page reloaded, back and send) finds the action it opened."""
    one, send = asked(request, pk), "send" in request.POST
    if one.form.problem:
        messages.error(request, one.form.problem)
        return redirect("manual", pk)
    try:
        action = _opened(one, send=send)
    except operations.AskedBefore as again:
        messages.info(request, str(again))
        if again.action.state == ActionState.SCHEDULED:
            tell_departure(request, by_hand.departure_of(again.action, at=one.at))
        return redirect("customer", pk)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("manual", pk)
    if send:
        tell_departure(request, one.departure(action.address) if action.address else None)
    else:
        messages.success(request, _("The action waits in your list."))
    return redirect("customer", pk)


@transaction.atomic
def _opened(one: Asked, *, send: bool) -> Action:
    """Opened, and where asked for, sent: a second post meets the first one before both or after both."""
    try:
        action = _open(one)
    except operations.AskedBefore as again:
        if not send or again.action.state != ActionState.TODO:
            raise
        action = again.action  # kept to do first, sent now
    if send:
        operations.send_now(action, by=one.user, at=one.at)
    return action


def _open(one: Asked) -> Action:
    return operations.open_manual(
        one.customer,
        template=one.template,
        channel=one.template.channel,
        invoice_ids=one.form.cleaned_data["invoice"],
        currency=one.currency,
        by=one.user,
        on=one.on,
        key=one.key,
    )


def _by_channel(customer: Customer, on: date) -> list[dict[str, Any]]:
    reachable = {address.channel for address in Address.objects.filter(customer=customer) if address.serves(on)}
    found = sorted(by_hand.templates_for(customer), key=lambda template: (TONES.index(template.tone), template.name))
    return [
        {
            "label": channel.label,
            "reachable": channel.value in reachable or (channel == Channel.SMS and Channel.PHONE in reachable),
            "templates": [template for template in found if template.channel == channel],
        }
        for channel in Channel
        if any(template.channel == channel for template in found)
    ]
