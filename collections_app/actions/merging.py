"""What the merge of two customers does to their dunning: one cycle goes on, nothing is said twice."""

from django.db.models import Exists, Max, OuterRef

from collections_app.actions.models import OPEN_STATES, PASSED_STATES, Action, ActionKind, ActionState, Cycle
from crm.customers.models import Customer
from crm.customers.registry import Merge

MERGED = "merged"


def move_cycles(merge: Merge) -> int:
    """Cycles go over with their actions. Where both have one open in a currency, that of the kept customer goes on from
    the highest step either has passed, and what the other had open is cancelled: the next night writes once for both.
    """
    for cycle in Cycle.objects.filter(customer=merge.duplicate, closed_on__isnull=True):
        own = Cycle.objects.filter(customer=merge.kept, currency=cycle.currency, closed_on__isnull=True).first()
        if own:
            _continue(own, cycle, merge)
    of_duplicate = Cycle.objects.filter(customer=merge.duplicate)
    open_ones = of_duplicate.filter(closed_on__isnull=True).update(customer=merge.kept)
    return open_ones + of_duplicate.filter(closed_on__isnull=False).update(customer=merge.kept)


def _continue(own: Cycle, other: Cycle, merge: Merge) -> None:
    passed = [own.passed_offset, other.passed_offset, _highest_done(other)]
    own.passed_offset = max((offset for offset in passed if offset is not None), default=None)
    own.by_hand = own.by_hand and other.by_hand
    own.opened_on = min(own.opened_on, other.opened_on)
    own.save(update_fields=["passed_offset", "by_hand", "opened_on"])
    _cancel(merge.duplicate, merge, cycle=other)
    if not own.by_hand:  # the other has entered already: nobody is asked where this one enters
        _cancel(merge.kept, merge, cycle=own, kind=ActionKind.ENTRY)
    other.closed_on = max(merge.at.date(), other.opened_on)
    other.save(update_fields=["closed_on"])


def _highest_done(cycle: Cycle) -> int | None:
    done = cycle.actions.filter(state__in=PASSED_STATES)
    return done.aggregate(offset=Max("step_offset"))["offset"]


def _cancel(customer: Customer, merge: Merge, **which: object) -> None:
    waiting = Action.objects.filter(customer=customer, state__in=OPEN_STATES, **which)
    waiting.update(state=ActionState.CANCELLED, closed_at=merge.at, closed_by=merge.by, outcome=MERGED)


def move_actions(merge: Merge) -> int:
    """Actions go over, except what both have had on one occasion: that of the duplicate stays his history."""
    same = {
        "currency": OuterRef("currency"),
        "step_code": OuterRef("step_code"),
        "occasion_on": OuterRef("occasion_on"),
    }
    of_both = Action.objects.filter(customer=merge.kept, cycle__isnull=True, invoice__isnull=True, **same)
    without_cycle = Action.objects.filter(customer=merge.duplicate, cycle__isnull=True, invoice__isnull=True)
    twice = list(without_cycle.filter(Exists(of_both)).values_list("pk", flat=True))
    _cancel(merge.duplicate, merge, pk__in=twice)
    return Action.objects.filter(customer=merge.duplicate).exclude(pk__in=twice).update(customer=merge.kept)
