"""What this app shows on the customer page."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.accounts.rules import works_customers
from crm.customers.models import Customer
from crm.holds.declaring import declarations_of
from crm.holds.forms import HOLD_ID, HoldForm
from crm.holds.models import Hold, HoldKind
from crm.holds.queries import of_the_same_siren, to_declare
from crm.holds.summary import LISTED, accounts

ENDED_SHOWN = 5


def account(customer: Customer, user: User) -> Mapping[str, Any]:
    """Balances, ages and open invoices, by currency."""
    on = today(customer.entity, timezone.now())
    found = accounts(customer, on, most=LISTED)
    return {"accounts": found, "currencies": [account.currency for account in found], "on": on}


def holds(customer: Customer, user: User) -> Mapping[str, Any]:
    """What is suspended now, what was lately, and the form to suspend."""
    rows = Hold.objects.filter(customer=customer).order_by("-starts_on", "-pk")
    rows = rows.select_related("invoice", "author")
    in_force = list(rows.filter(ended_on__isnull=True))
    for hold in in_force:
        hold.customer = customer
    declarations = declarations_of([hold for hold in in_force if hold.kind == HoldKind.INSOLVENCY])
    settled = {told.declaration.hold_id for told in declarations}
    not_yet = [hold for hold in in_force if hold.pk not in settled]
    others = of_the_same_siren(customer, user)
    is_insolvent = any(hold.kind == HoldKind.INSOLVENCY for hold in in_force)
    return {
        "in_force": in_force,
        "to_declare": to_declare(not_yet, on=today(customer.entity, timezone.now())),
        "declarations": declarations,
        "ended": rows.filter(ended_on__isnull=False)[:ENDED_SHOWN],
        "insolvent_elsewhere": [] if is_insolvent else [other for other in others if other.insolvent_since],
        "form": HoldForm(customer=customer, others=others, auto_id=HOLD_ID) if works_customers(user) else None,
    }
