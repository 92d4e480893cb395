"""Two records of one customer: find the other one, read what moves, merge."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.accounts.models import User
from crm.core.access import opened_to
from crm.customers import duplicates, operations
from crm.customers.exceptions import CustomerRefusal
from crm.customers.models import Customer
from crm.customers.rules import merges_customers
from crm.customers.views.kept import customer_of, leads_to_kept


@require_GET
@opened_to(merges_customers)
@leads_to_kept
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Records that look alike, or those the words find."""
    customer = customer_of(request, pk)
    words = request.GET.get("q", "").strip()[:100]
    found = duplicates.candidates(customer, Customer.objects.visible_to(request.user), words)
    return render(request, "customers/merge.html", {"customer": customer, "words": words, "found": found})


@require_http_methods(["GET", "POST"])
@opened_to(merges_customers)
@leads_to_kept
def confirm(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """What moves from the record that disappears to the one that is kept; then the merge itself."""
    assert isinstance(request.user, User)
    kept, duplicate = customer_of(request, pk), customer_of(request, other)
    if request.method == "POST":
        try:
            operations.merge_customers(kept, duplicate, by=request.user, at=timezone.now())
        except CustomerRefusal as refused:
            messages.error(request, str(refused))
            return redirect("customer_merge", pk)
        told = _("%(duplicate)s is now part of %(kept)s.") % {"duplicate": duplicate, "kept": kept}
        messages.success(request, told)
        return redirect("customer", kept.pk)
    context = {"kept": kept, "duplicate": duplicate, "moving": duplicates.what_moves(duplicate)}
    return render(request, "customers/merge_confirm.html", context)
