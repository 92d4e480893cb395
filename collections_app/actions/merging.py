"""What the merge of two customers does to their dunning: one cycle goes on, nothing is said twice."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import cast

from django.db.models import Exists, Max, OuterRef, QuerySet, SmallIntegerField, Value
from django.db.models.functions import Greatest

from collections_app.actions.dispatch import ORIGIN
from collections_app.actions.models import OPEN_STATES, PASSED_STATES, Action, ActionKind, ActionState, Cycle
from collections_app.scenarios.models import Step
from crm.accounts.calendars import today
from crm.customers.models import Customer
from crm.customers.registry import Merge
from telephony.messaging import operations as messaging

MERGED = "merged"


def move_cycles(merge: Merge) -> int:
    """Cycles go over with their actions. Where both have one open in a currency, that of the kept customer goes on with
    what either was told: from the highest step of both, and not before the gap after the last one is over. What the
    other had open is cancelled, and what the kept one had that this puts off or passes: the next night writes once.
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
    _cancel(merge.kept, merge, pk__in=_overtaken(own, other, merge))
    if not own.by_hand:  # the other has entered already: nobody is asked where this one enters
        _cancel(merge.kept, merge, cycle=own, kind=ActionKind.ENTRY)
    _take_over(own, other)
    other.closed_on = max(today(merge.kept.entity, merge.at), other.opened_on)
    other.save(update_fields=["closed_on"])


def _overtaken(own: Cycle, other: Cycle, merge: Merge) -> list[int]:
    """What waits in the cycle that goes on though the other has passed that step, or was told its last one so lately
    that the gap before it is not over: the night opens it again when it is due."""
    passed = list(_passed(other))
    codes = {action.step_code for action in passed if action.invoice_id is None}
    last_on = max((_done_on(action) for action in passed if action.state == ActionState.DONE), default=date.min)
    on = today(merge.kept.entity, merge.at)
    waiting = list(own.actions.open().filter(kind=ActionKind.DUNNING, invoice=None))
    gaps = _gaps_before(waiting)

    def overtaken(action: Action) -> bool:
        too_early = last_on + timedelta(days=gaps.get(action.pk, 0)) > on
        reached = own.passed_offset is not None and cast("int", action.step_offset) <= own.passed_offset
        return too_early or reached or action.step_code in codes

    return [action.pk for action in waiting if overtaken(action)]


def _gaps_before(waiting: Sequence[Action]) -> dict[int, int]:
    """The days each keeps from the step before it; without those whose step is gone."""
    steps = Step.objects.filter(version__in={action.scenario_version_id for action in waiting})
    gaps = {(step.version_id, step.code): step.gap_days for step in steps}
    named = {action.pk: (action.scenario_version_id, action.step_code) for action in waiting}
    return {pk: gaps[step] for pk, step in named.items() if step in gaps}


def _take_over(own: Cycle, other: Cycle) -> None:
    """What the other cycle has passed counts in the one that goes on."""
    _count_in(own, other, list(_passed(other).filter(invoice=None)))
    _passed(other).filter(invoice__isnull=False).update(cycle=own)


def _count_in(cycle: Cycle, ended: Cycle, passed: Sequence[Action]) -> None:
    """A cycle has a step once: of two that were passed, what was done last counts, and the other stays in the cycle
    that ended. What is open stays open."""
    same_codes = cycle.actions.filter(step_code__in={action.step_code for action in passed}).select_related("entity")
    twins = {_step(twin): twin for twin in same_codes}
    counting = [action for action in passed if _counts_before(action, twins.get(_step(action)))]
    given_way = [twins[_step(action)].pk for action in counting if _step(action) in twins]
    Action.objects.filter(pk__in=given_way).update(cycle=ended)
    Action.objects.filter(pk__in=[action.pk for action in counting]).update(cycle=cycle)


def _step(action: Action) -> tuple[str, int | None, date | None]:
    return action.step_code, action.invoice_id, action.occasion_on


def _counts_before(action: Action, twin: Action | None) -> bool:
    return twin is None or (twin.state not in OPEN_STATES and _weight(twin) < _weight(action))


def _weight(action: Action) -> tuple[bool, bool, date]:
    return action.state in PASSED_STATES, action.state == ActionState.DONE, _done_on(action)


def _done_on(action: Action) -> date:
    assert action.closed_at is not None  # by constraint
    return action.left_on or today(action.entity, action.closed_at)


def _passed(cycle: Cycle) -> QuerySet[Action]:
    kinds = (ActionKind.DUNNING, ActionKind.FOLLOW_UP)
    return cycle.actions.filter(kind__in=kinds, state__in=PASSED_STATES).select_related("entity")


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
    for cycle in going_on:
        _count_in(cycle, cast("Cycle", action.cycle), [action])


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
