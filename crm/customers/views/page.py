"""The page of one customer: a head and the panels that the apps registered."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.accounts.models import User
from crm.accounts.rules import reads_pages, works_customers
from crm.core.access import opened_to
from crm.customers.models import Customer
from crm.customers.registry import Panel, ordered_panels
from crm.customers.rules import merges_customers
from crm.customers.views.kept import customer_of, leads_to_kept

# Panels with this order or a higher one stand in the side column.
SIDE = 500


@require_GET
@opened_to(reads_pages)
@leads_to_kept
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; a merged customer leads to the one that was kept."""
    return answered(request, customer_of(request, pk))


def answered(request: HttpRequest, found: Customer, status: int = 200, **said: Mapping[str, Any]) -> HttpResponse:
    """The page of a customer, a panel (by its name) saying what is `said` rather than its own: a refused form."""
    assert isinstance(request.user, User)
    shown: list[tuple[Panel, Mapping[str, Any]]] = [
        (panel, {**context, **said.get(panel.name, {})})
        for panel in ordered_panels()
        if (context := panel.context(found, request.user)) is not None
    ]
    return render(request, "customers/customer.html", _context(found, request.user, shown), status=status)


def _context(found: Customer, user: User, shown: list[tuple[Panel, Mapping[str, Any]]]) -> dict[str, Any]:
    panels = [
        {"name": panel.name, "title": panel.title, "template": panel.template, "order": panel.order, "data": data}
        for panel, data in shown
    ]
    return {
        "customer": found,
        "may_work": works_customers(user),
        "may_merge": merges_customers(user),
        "main": [panel for panel in panels if panel["order"] < SIDE],
        "side": [panel for panel in panels if panel["order"] >= SIDE],
    }
