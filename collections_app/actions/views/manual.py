"""Manual dunning: a person chooses a template and invoices, reads what would leave, then sends it or keeps it to do."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from collections_app.actions import by_hand, operations
from collections_app.actions.states import ActionRefused
from collections_app.letters.compose import Composed, compose
from collections_app.letters.languages import NoPublishedVersion
from collections_app.letters.lines import Line
from collections_app.letters.models import Template, Tone
from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.accounts.rules import works_customers
from crm.core.access import opened_to
from crm.core.liquid.faults import TemplateFault
from crm.customers.models import Address, Channel, Customer
from crm.customers.queries import best_address
from crm.holds.summary import Account, accounts

# What a person reaches for first when something is late.
TONES = (Tone.FRIENDLY, Tone.REMINDER, Tone.FIRM, Tone.FORMAL_NOTICE, Tone.STATEMENT, Tone.PREVENTIVE)


class ManualForm(forms.Form):
    """Template (which brings its channel), currency, invoices."""

    template = forms.ModelChoiceField(label=gettext_lazy("Template"), queryset=Template.objects.none())
    currency = forms.CharField(max_length=3)
    invoice = forms.TypedMultipleChoiceField(
        coerce=int,
        error_messages={"required": gettext_lazy("Choose at least one invoice.")},
    )

    def __init__(self, *args: Any, customer: Customer, found: list[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].queryset = by_hand.templates_for(customer)  # type: ignore[attr-defined]
        choices = [(item.invoice.pk, item.invoice.number) for account in found for item in account.items]
        self.fields["invoice"].choices = choices  # type: ignore[attr-defined]


@require_GET
@opened_to(works_customers)
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; what the chosen template (at first the mildest) may ask for is ticked."""
    customer = _customer(request, pk)
    channels = _by_channel(customer)
    template = _asked(request.GET.get("template", ""), channels)
    found = [
        {"account": account, "ticked": by_hand.proposed(template, customer, account)}
        for account in accounts(customer, today(customer.entity, timezone.now()))
    ]
    context = {"customer": customer, "found": found, "channels": channels, "template": template}
    context["notice"] = template is not None and template.tone == Tone.FORMAL_NOTICE
    return render(request, "actions/manual.html", context)


def _asked(key: str, channels: list[dict[str, Any]]) -> Template | None:
    """The template of the address, else the first one offered."""
    offered = [template for channel in channels for template in channel["templates"]]
    return next((template for template in offered if str(template.pk) == key), offered[0] if offered else None)


@require_POST
@opened_to(works_customers)
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What would leave, as a fragment; letters are shown as their PDF by `letter`."""
    customer = _customer(request, pk)
    now = timezone.now()
    on = today(customer.entity, now)
    form, found = _form(request, customer, on)
    if not form.is_valid():
        return render(request, "actions/_preview.html", {"problem": _problem(form)})
    template = form.cleaned_data["template"]
    try:
        composed = _composed(request, customer, form, found, on)
    except (NoPublishedVersion, TemplateFault) as refusal:
        return render(request, "actions/_preview.html", {"problem": str(refusal)})
    address = best_address(customer, template.channel, on)
    sendable = template.channel in operations.SENDABLE
    context = {
        "customer": customer,
        "template": template,
        "composed": composed,
        "address": address,
        "sendable": sendable,
        "departure": _departure(customer, form, found, address, now) if sendable and address else None,
        "letter": template.channel == Channel.POST,
    }
    return render(request, "actions/_preview.html", context)


@require_POST
@opened_to(works_customers)
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF of a letter as it would leave."""
    customer = _customer(request, pk)
    on = today(customer.entity, timezone.now())
    form, found = _form(request, customer, on)
    if not form.is_valid():
        messages.error(request, _problem(form))
        return redirect("manual", pk)
    composed = _composed(request, customer, form, found, on)
    pdf = next((one for one in composed.attachments if one.mimetype == "application/pdf"), None)
    if pdf is None:
        messages.info(request, _("This template makes no letter."))
        return redirect("manual", pk)
    return HttpResponse(
        pdf.content, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="letter.pdf"'}
    )


@require_POST
@opened_to(works_customers)
def open_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the action; `send` hands it to the outbox at once, else it waits in the person's list."""
    assert isinstance(request.user, User)
    customer = _customer(request, pk)
    now = timezone.now()
    on = today(customer.entity, now)
    form, found = _form(request, customer, on)
    if not form.is_valid():
        messages.error(request, _problem(form))
        return redirect("manual", pk)
    template = form.cleaned_data["template"]
    try:
        action = operations.open_manual(
            customer,
            template=template,
            channel=template.channel,
            invoice_ids=form.cleaned_data["invoice"],
            currency=form.cleaned_data["currency"],
            by=request.user,
            on=on,
            at=now,
        )
        if "send" in request.POST:
            operations.send_now(action, by=request.user, at=now)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("manual", pk)
    kept = _("The action waits in your list.")
    messages.success(request, _sent(customer, form, found, action.address, now) if "send" in request.POST else kept)
    return redirect("customer", pk)


def _departure(
    customer: Customer, form: ManualForm, found: list[Account], address: Address, at: datetime
) -> by_hand.Departure:
    given = form.cleaned_data
    chosen = set(given["invoice"])
    items = [item for account in found if account.currency == given["currency"] for item in account.items]
    return by_hand.departure(
        customer,
        given["template"],
        address,
        currency=given["currency"],
        amount=sum((item.net for item in items if item.invoice.pk in chosen), Decimal(0)),
        invoice_ids=chosen,
        at=at,
    )


def _sent(customer: Customer, form: ManualForm, found: list[Account], address: Address | None, at: datetime) -> str:
    return by_hand.told_after(_departure(customer, form, found, address, at) if address else None)


def _customer(request: HttpRequest, pk: int) -> Customer:
    visible = Customer.objects.visible_to(request.user).select_related("entity", "collector")
    return get_object_or_404(visible, pk=pk)


def _form(request: HttpRequest, customer: Customer, on: date) -> tuple[ManualForm, list[Account]]:
    found = accounts(customer, on)
    return ManualForm(request.POST, customer=customer, found=found), found


def _problem(form: forms.Form) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def _composed(request: HttpRequest, customer: Customer, form: ManualForm, found: list[Account], on: date) -> Composed:
    assert isinstance(request.user, User)
    currency, chosen = form.cleaned_data["currency"], set(form.cleaned_data["invoice"])
    items = [item for account in found if account.currency == currency for item in account.items]
    lines = [Line(item.invoice, item.net) for item in items if item.invoice.pk in chosen]
    return compose(form.cleaned_data["template"], customer, currency=currency, lines=lines, on=on, sender=request.user)


def _by_channel(customer: Customer) -> list[dict[str, Any]]:
    usable = Address.objects.filter(customer=customer, invalid_since__isnull=True, opted_out_at__isnull=True)
    reachable = set(usable.values_list("channel", flat=True))
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
