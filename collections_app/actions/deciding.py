"""What follows from a decision about what all steps of a scenario did not bring in."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from collections_app.actions.labels import Outcome
from collections_app.actions.models import Action, ActionState, Cycle, Deed
from collections_app.actions.states import ActionRefused
from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.customers.models import Customer
from crm.holds.models import Hold, HoldKind
from crm.holds.operations import place_holds
from crm.holds.queries import net_items
from crm.receivables.models import Invoice

# What becomes of the other tasks of a cycle that a person ended.
BEGUN_AGAIN = "begun_again"
KINDS = {
    Outcome.WAIT: HoldKind.MANUAL,
    Outcome.PLAN: HoldKind.PLAN,
    Outcome.LAWYER: HoldKind.LEGAL,
    Outcome.AGENCY: HoldKind.LEGAL,
    Outcome.WRITE_OFF: HoldKind.MANUAL,
}


def hold_until(
    action: Action,
    customer: Customer,
    outcome: Outcome,
    invoices: Sequence[Invoice],
    *,
    note: str,
    on: date,
    until: date,
    by: User,
    at: datetime,
) -> list[Hold]:
    """Suspend the invoices a decision is about, of none all that is late in its currency, up to the day before `until`
    (a plan: that day included, its last instalment is paid on it): on that day it is asked again. What falls due later
    is not held. Raises HoldRefused, OtherCustomersInvoice; ActionRefused where nothing is left to suspend."""
    chosen = list(invoices) or _late(customer, action.currency, on)
    if not chosen:
        raise ActionRefused(_("All that is late is suspended already: choose the invoices it is about."))
    reason = " · ".join(filter(None, [str(outcome.label), " ".join(note.split())]))[:200]
    last = until if outcome == Outcome.PLAN else until - timedelta(days=1)
    return place_holds(customer, chosen, kind=KINDS[outcome], reason=reason, starts_on=on, ends_on=last, by=by, at=at)


def _late(customer: Customer, currency: str, on: date) -> list[Invoice]:
    """What a reminder of the account would claim."""
    items = net_items(customer, on=on)
    keys = [
        item.invoice_id
        for item in items
        if item.currency == currency and item.due_on < on and item.net_amount > 0 and not item.held
    ]
    return list(Invoice.objects.filter(pk__in=keys).order_by("due_on", "pk"))


def begin_again(action: Action, *, on: date, at: datetime) -> None:
    """End the cycle of an action with what else of it waits for a person, and begin another one at the first step.
    Raises ActionRefused where it has ended."""
    Action.objects.waiting_for_a_person().filter(cycle=action.cycle_id).update(
        state=ActionState.CANCELLED, outcome=BEGUN_AGAIN, closed_at=at
    )
    ended = Cycle.objects.filter(actions=action, closed_on__isnull=True).update(closed_on=on, by_hand=False)
    if not ended:
        raise ActionRefused(_("Nothing of it is overdue any more: there is nothing to claim again."))
    Cycle.objects.create(
        entity_id=action.entity_id, customer_id=action.customer_id, currency=action.currency, opened_on=on
    )


def take_back_beginnings(deed: Deed, actions: set[int]) -> None:
    """What a deed began again with these actions never ended. The night has opened nothing of it yet (deeds.py)."""
    if not any(row["outcome"] == Outcome.RESTART for row in deed.after):
        return
    for action in Action.objects.filter(pk__in=actions, cycle__closed_on__isnull=False).select_related("entity"):
        begun = Cycle.objects.filter(
            customer=action.customer_id, currency=action.currency, closed_on__isnull=True, actions__isnull=True
        )
        if begun.filter(opened_on=today(action.entity, deed.at)).delete()[0]:
            Cycle.objects.filter(actions=action).update(closed_on=None)
