"""Suspending the dunning of a customer, and resuming it."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST

from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.accounts.rules import works_customers
from crm.core.access import opened_to
from crm.customers.models import Customer
from crm.customers.views.page import answered
from crm.holds.exceptions import AlreadyEnded, AlreadyHeld, AlreadyMistake, HoldRefused, OtherCustomersInvoice
from crm.holds.forms import HOLD_ID, HoldForm, LiftForm
from crm.holds.models import Hold, HoldOutcome
from crm.holds.operations import call_mistake, lift_hold, place_hold
from crm.holds.queries import of_the_same_siren


@require_POST
@opened_to(works_customers)
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Place a hold from today on, or show the page with what is wrong beside what was typed."""
    assert isinstance(request.user, User)
    customer = get_object_or_404(Customer.objects.visible_to(request.user).standing_for(pk).select_related("entity"))
    others = of_the_same_siren(customer, request.user)
    form = HoldForm(request.POST, customer=customer, others=others, auto_id=HOLD_ID)
    if not form.is_valid() or not _placed(customer, form, by=request.user):
        form.point_at_what_is_wrong()
        return answered(request, customer, status=422, holds={"form": form})
    messages.success(request, _("Dunning is suspended."))
    if also := len(form.cleaned_data["also"]):
        text = ngettext(
            "It is on %(count)d other account of this SIREN as well.",
            "It is on %(count)d other accounts of this SIREN as well.",
            also,
        )
        messages.success(request, text % {"count": also})
    return redirect("customer", customer.pk)


def _placed(customer: Customer, form: HoldForm, *, by: User) -> bool:
    """False, with the reason in the form, where it is refused."""
    now, given = timezone.now(), dict(form.cleaned_data)
    starts_on, also = today(customer.entity, now), given.pop("also")
    about = "ends_on" if given["ends_on"] and given["ends_on"] < starts_on else None
    try:
        with transaction.atomic():
            place_hold(customer, starts_on=starts_on, by=by, at=now, **given)
            for other in Customer.objects.filter(pk__in=also).select_related("entity").order_by("pk"):
                _placed_too(other, starts_on=starts_on, by=by, at=now, **given)
    except HoldRefused as refusal:
        for name, told in refusal.errors.items():
            form.add_error(name if name in form.fields else about, ValidationError(told))
    except (OtherCustomersInvoice, AlreadyHeld) as refusal:
        form.add_error(None, str(refusal))
    return form.is_valid()


def _placed_too(other: Customer, **given: Any) -> None:
    with suppress(AlreadyHeld):  # by somebody else, meanwhile
        place_hold(other, **given)


@require_POST
@opened_to(works_customers)
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """End a hold today."""
    assert isinstance(request.user, User)
    hold = _seen_by(request.user, pk)
    form = LiftForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {}
    outcome = HoldOutcome.MISTAKE if given.get("mistake") else HoldOutcome.LIFTED
    now = timezone.now()
    try:
        resumes = lift_hold(
            hold, on=today(hold.entity, now), outcome=outcome, reason=given.get("reason", ""), by=request.user, at=now
        )
    except AlreadyEnded as refusal:
        messages.error(request, str(refusal))
    else:
        in_part = _("The hold is lifted; what another one covers stays suspended.")
        messages.success(request, _("The hold is lifted: dunning resumes.") if resumes else in_part)
    return redirect("customer", hold.customer_id)


@require_POST
@opened_to(works_customers)
def mistake(request: HttpRequest, pk: int) -> HttpResponse:
    """A hold, also one that has ended, ought never to have been."""
    assert isinstance(request.user, User)
    hold, now = _seen_by(request.user, pk), timezone.now()
    try:
        call_mistake(hold, on=today(hold.entity, now), by=request.user, at=now)
    except AlreadyMistake as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The suspension is known as placed by mistake."))
    return redirect("customer", hold.customer_id)


def _seen_by(user: User, pk: int) -> Hold:
    visible = Customer.objects.visible_to(user)
    return get_object_or_404(Hold.objects.select_related("customer", "entity"), pk=pk, customer__in=visible)
