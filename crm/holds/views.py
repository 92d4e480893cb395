"""Suspending the dunning of a customer, and resuming it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.accounts.rules import works_customers
from crm.core.access import opened_to
from crm.customers.models import Customer
from crm.holds.exceptions import AlreadyEnded, AlreadyHeld, HoldRefused, OtherCustomersInvoice
from crm.holds.forms import HoldForm, LiftForm
from crm.holds.models import Hold, HoldOutcome
from crm.holds.operations import lift_hold, place_hold


@require_POST
@opened_to(works_customers)
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Place a hold from today on."""
    assert isinstance(request.user, User)
    customer = get_object_or_404(Customer.objects.visible_to(request.user).standing_for(pk).select_related("entity"))
    form = HoldForm(request.POST, customer=customer)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("customer", customer.pk)
    now = timezone.now()
    starts_on = today(customer.entity, now)
    try:
        place_hold(customer, starts_on=starts_on, by=request.user, at=now, **form.cleaned_data)
    except (HoldRefused, OtherCustomersInvoice, AlreadyHeld) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Dunning is suspended."))
    return redirect("customer", customer.pk)


@require_POST
@opened_to(works_customers)
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """End a hold today."""
    assert isinstance(request.user, User)
    visible = Customer.objects.visible_to(request.user)
    hold = get_object_or_404(Hold.objects.select_related("customer", "entity"), pk=pk, customer__in=visible)
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
