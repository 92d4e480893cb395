"""What the merge of two customers does to their dunning: one cycle goes on, nothing is said twice."""

from django.db.models import Exists, Max, OuterRef, SmallIntegerField, Value
from django.db.models.functions import Greatest

from collections_app.actions.dispatch import ORIGIN
from collections_app.actions.models import OPEN_STATES, PASSED_STATES, Action, ActionKind, ActionState, Cycle
from crm.accounts.calendars import today
from crm.customers.models import Customer
from crm.customers.registry import Merge
from telephony.messaging import operations as messaging

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
    other.closed_on = max(today(merge.kept.entity, merge.at), other.opened_on)
    other.save(update_fields=["closed_on"])


def _highest_done(cycle: Cycle) -> int | None:
    done = cycle.actions.filter(state__in=PASSED_STATES)
    return done.aggregate(offset=Max("step_offset"))["offset"]


def _cancel(customer: Customer, merge: Merge, **which: object) -> None:
    """Also what was to leave for it: a printed letter leaves the pile."""
    waiting = Action.objects.filter(customer=customer, state__in=OPEN_STATES, **which)
    ids = list(waiting.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    Action.objects.filter(pk__in=ids).update(
        state=ActionState.CANCELLED, closed_at=merge.at, closed_by=merge.by, outcome=MERGED
    )
    messaging.cancel(origin=ORIGIN, origin_ids=ids, reason=MERGED, at=merge.at)


def passed_all_the_same(action: Action) -> None:
    """What had left when a merge cancelled its action was said: the cycle that goes on has passed that step."""
    going_on = Cycle.objects.filter(customer=action.customer_id, currency=action.currency, closed_on__isnull=True)
    step = Value(action.step_offset, output_field=SmallIntegerField())
    going_on.update(passed_offset=Greatest("passed_offset", step))


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
