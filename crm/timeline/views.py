"""The history of a customer: older entries, and notes."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.accounts.models import User
from crm.accounts.rules import reads_pages, works_customers
from crm.core.access import opened_to
from crm.customers.models import Customer
from crm.timeline import operations
from crm.timeline.panels import SHOWN
from crm.timeline.queries import Place, entries

LONGEST = 5000


@require_GET
@opened_to(reads_pages)
def older(request: HttpRequest, pk: int) -> HttpResponse:
    """The entries under the place where the page ended."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user).standing_for(pk))
    try:
        place = Place.parse(request.GET.get("before", ""))
    except ValueError as error:
        raise BadRequest from error
    page = entries(customer, before=place, limit=SHOWN)
    return render(request, "customers/_timeline_page.html", {"page": page, "customer": customer})


@require_POST
@opened_to(works_customers)
def add_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what a person knows."""
    assert isinstance(request.user, User)
    customer = get_object_or_404(Customer.objects.visible_to(request.user).standing_for(pk))
    text = request.POST.get("text", "").strip()[:LONGEST]
    if text:
        operations.add_note(customer, text, by=request.user, at=timezone.now())
        messages.success(request, _("Note kept."))
    else:
        messages.warning(request, _("The note was empty."))
    return redirect("customer", customer.pk)
