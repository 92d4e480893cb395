"""Accounts of a company whose insolvency was placed on another of its accounts only: a task for a person.

One SIREN is one debtor: what it owes on any account may not be asked for, and is to be declared by the same day. The
form offers the others; this finds those that were out of reach then, left out, or came later.
"""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from collections_app.actions.following import follows
from collections_app.actions.models import Action, ActionKind, ActionState
from collections_app.actions.states import MOVES, sources
from collections_app.scenarios.models import StepMode
from crm.accounts.models import Entity
from crm.core import sql
from crm.customers.models import Channel, Customer
from crm.holds.models import Hold, HoldKind

STEP = "insolvency"
# Above all dunning, which goes on until somebody has looked; below claims, of which the last day is known.
WEIGHT = 9e11
HELD, HOLD_ENDED = "held", "hold_ended"


def ask_about_other_accounts(entity: Entity, *, on: date, at: datetime) -> int:
    """Open a task on each account of a company whose proceedings are on another of its accounts, once for each
    judgment; how many. One query where there is none."""
    found = {row["id"]: row["since"] for row in sql.rows("collections_app.actions", "insolvent", {"entity": entity.pk})}
    others = Customer.objects.filter(pk__in=found).select_related("entity").order_by("pk") if found else []
    return sum(_ask(other, found[other.pk], on=on) for other in others)


def _ask(customer: Customer, since: date, *, on: date) -> bool:
    _task, is_new = Action.objects.get_or_create(
        customer=customer,
        currency=customer.entity.currency,
        kind=ActionKind.INSOLVENCY,
        step_code=STEP,
        occasion_on=since,
        defaults={
            "entity_id": customer.entity_id,
            "channel": Channel.POST,
            "mode": StepMode.TODO,
            "state": ActionState.TODO,
            "owner": follows(customer, on),
            "team_id": customer.team_id,
            "amount": Decimal(0),
            "weight": WEIGHT,
            "late_since_on": since,
            "opened_on": on,
        },
    )
    return is_new


@transaction.atomic
def close_if_answered(hold: Hold, *, is_over: bool, at: datetime) -> int:
    """Close the task that asked about the customer of a hold that was placed, or about the other accounts of one that a
    person ended, unless the company is insolvent by another of its accounts all the same; how many."""
    waiting = Action.objects.filter(kind=ActionKind.INSOLVENCY, state__in=sources("cancel"))
    company = Customer.objects.filter(entity=hold.entity_id, siren=hold.customer.siren) if hold.customer.siren else None
    if not is_over:
        waiting = waiting.filter(customer=hold.customer_id)
    elif company is None or Hold.objects.filter(customer__in=company, kind=HoldKind.INSOLVENCY, ended_on=None).exists():
        return 0
    else:
        waiting = waiting.filter(customer__in=company)
    outcome = HOLD_ENDED if is_over else HELD
    return waiting.update(state=MOVES["cancel"][1], outcome=outcome, closed_at=at, snoozed_until=None)
