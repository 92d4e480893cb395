"""The lists of customers and invoices."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.accounts.calendars import Days, days_at
from crm.accounts.models import User
from crm.accounts.rules import reads_pages
from crm.core import keyset
from crm.core.access import opened_to
from crm.core.keyset import Sort
from crm.customers.models import Customer
from crm.receivables.forms import INVOICE_SORTS, CustomerFilters, InvoiceFilters
from crm.receivables.models import Credit, Invoice
from crm.receivables.tables import CustomerTable, InvoiceTable

PAGE_SIZE = 50
NOTHING_OPEN = {"open": Decimal(0), "overdue": Decimal(0), "oldest": None}


@require_GET
@opened_to(reads_pages)
def customers(request: HttpRequest) -> HttpResponse:
    """The list; words that find exactly one customer lead to his page."""
    assert isinstance(request.user, User)
    filters = CustomerFilters(request.GET, user=request.user, days=days_at(timezone.now()))
    found, sort = filters.sorted()
    page = _page(request, found.select_related("collector"), sort)
    if filters.value("q") and len(page.rows) == 1 and not request.GET.get("after"):
        return redirect("customer", page.rows[0].pk)
    table = CustomerTable(page.rows, owed=owed_by(page.rows, filters.days), days=filters.days, codes=filters.codes)
    return render(request, "customers/list.html", {"filters": filters, "page": page, "table": table})


@require_GET
@opened_to(reads_pages)
def invoices(request: HttpRequest) -> HttpResponse:
    """Open invoices, oldest due date first, unless asked otherwise."""
    assert isinstance(request.user, User)
    filters = InvoiceFilters(request.GET, user=request.user, days=days_at(timezone.now()))
    name = request.GET.get("sort", "due_on")
    page = _page(request, filters.narrow().select_related("customer"), filters.sort(name))
    order = name if name.lstrip("-") in INVOICE_SORTS else "due_on"
    table = InvoiceTable(page.rows, days=filters.days, order_by=order)
    return render(request, "customers/invoices.html", {"filters": filters, "page": page, "table": table})


def owed_by(customers: Iterable[Customer], days: Days) -> dict[int, list[dict[str, Any]]]:
    """Open, overdue and unapplied amounts by customer, one row per currency, in two queries."""
    keys = [customer.pk for customer in customers]
    unapplied = _unapplied(keys)
    found = defaultdict(list)
    for row in _open_invoices(keys, days):
        waiting = unapplied.pop((row["customer_id"], row["currency"]), Decimal(0))
        found[row["customer_id"]].append(dict(row) | {"unapplied": waiting})
    for (customer, currency), waiting in unapplied.items():
        found[customer].append(NOTHING_OPEN | {"currency": currency, "unapplied": waiting})
    return found


def _open_invoices(customers: list[int], days: Days) -> QuerySet[Any, Any]:
    return (
        Invoice.objects.open()
        .filter(customer__in=customers)
        .values("customer_id", "currency")
        .annotate(
            open=Sum("open_amount"),
            overdue=Coalesce(Sum("open_amount", filter=days.where(lambda on: Q(due_on__lt=on))), Decimal(0)),
            oldest=Min("due_on"),
        )
        .order_by("-open")
    )


def _unapplied(customers: list[int]) -> dict[tuple[int, str], Decimal]:
    """Payments and credit notes no invoice has taken yet, by customer and currency."""
    credits = Credit.objects.filter(customer__in=customers, open_amount__gt=0).order_by()
    sums = credits.values_list("customer_id", "currency").annotate(Sum("open_amount"))
    return {(customer, currency): amount for customer, currency, amount in sums}


def _page(request: HttpRequest, found: Any, sort: Sort) -> keyset.Page[Any]:
    try:
        return keyset.page(found, sort, after=request.GET.get("after", ""), size=PAGE_SIZE)
    except keyset.BadCursor as error:
        raise BadRequest from error
