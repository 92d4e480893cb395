from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from collections_app.actions.dispatch import queue_message
from collections_app.actions.merging import move_cycles
from collections_app.actions.models import Action, ActionKind, ActionState, Cycle
from crm.customers.operations import merge_customers
from crm.customers.registry import Merge
from crm.events.operations import deliver_waiting
from telephony.core.outgoing import in_words
from telephony.messaging.models import Message
from telephony.messaging.operations.telling import tell
from telephony.messaging.states import MessageState
from tests.factories.accounts import EntityFactory
from tests.factories.actions import ActionFactory, CycleFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.receivables import InvoiceFactory
from tests.factories.scenarios import published_scenario

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


@pytest.fixture
def two():
    """The customer that is kept and his duplicate."""
    return CustomerFactory.create_batch(2, entity=EntityFactory())


def merge(two):
    merge_customers(*two, by=None, at=NOON)


def done(customer, offset, **given):
    return ActionFactory(
        customer=customer,
        step_code=f"step-{offset}",
        step_offset=offset,
        state=ActionState.DONE,
        closed_at=NOON,
        **given,
    )


def test_one_cycle_goes_on_from_the_highest_step_of_both(two):
    kept, duplicate = two
    own, other = (
        CycleFactory(customer=kept, passed_offset=8),
        CycleFactory(customer=duplicate, opened_on=date(2026, 2, 1)),
    )
    done(duplicate, 30, cycle=other)
    waiting = ActionFactory(customer=duplicate, cycle=other, step_code="step-45", step_offset=45)
    merge(two)
    own.refresh_from_db(), other.refresh_from_db(), waiting.refresh_from_db()
    assert (own.passed_offset, own.opened_on, own.closed_on) == (30, date(2026, 2, 1), None)
    assert (other.customer, other.closed_on) == (kept, date(2026, 3, 5))
    assert (waiting.state, waiting.outcome, waiting.customer) == (ActionState.CANCELLED, "merged", kept)


@pytest.mark.parametrize(
    ("told", "days_ago", "left"),
    [(30, 40, False), (45, 40, False), (15, 40, True), (15, 9, False), (15, 10, True)],
    ids=["the same step", "a further one", "long ago", "within the gap", "as the gap ends"],
)
def test_what_waits_gives_way_to_what_the_duplicate_was_told(two, told, days_ago, left):
    kept, duplicate = two
    steps = [{"offset_days": days, "gap_days": 10} for days in (15, 30, 45)]
    version = published_scenario(kept.entity, steps=steps)
    own, other = CycleFactory(customer=kept), CycleFactory(customer=duplicate)
    waiting = ActionFactory(customer=kept, cycle=own, step_code="s30", scenario_version=version)
    said = done(duplicate, told, cycle=other)
    Action.objects.filter(pk=said.pk).update(closed_at=NOON - timedelta(days=days_ago))
    merge(two)
    waiting.refresh_from_db(), said.refresh_from_db()
    assert (waiting.state, waiting.outcome) == (("todo", "") if left else ("cancelled", "merged"))
    assert (said.cycle, said.customer) == (own, kept)


@pytest.mark.parametrize(
    ("mine", "theirs", "counts"),
    [
        (("done", 20), ("done", 3), "theirs"),
        (("done", 3), ("done", 20), "mine"),
        (("skipped", 3), ("done", 20), "theirs"),
        (("cancelled", 3), ("skipped", 20), "theirs"),
    ],
)
def test_of_a_step_both_have_passed_what_was_done_last_counts(two, mine, theirs, counts):
    cycles, found = [CycleFactory(customer=customer) for customer in two], {}
    for name, cycle, (state, days_ago) in zip(("mine", "theirs"), cycles, (mine, theirs), strict=True):
        closed_at = NOON - timedelta(days=days_ago)
        found[name] = ActionFactory(customer=cycle.customer, cycle=cycle, state=state, closed_at=closed_at)
    merge(two)
    assert list(cycles[0].actions.all()) == [found.pop(counts)]
    assert list(cycles[1].actions.all()) == list(found.values())


def test_an_invoice_keeps_the_steps_it_was_told_alone(two):
    own, other = (CycleFactory(customer=customer) for customer in two)
    for cycle in (own, other):
        invoice = InvoiceFactory(customer=cycle.customer)
        done(cycle.customer, 30, cycle=cycle, invoice=invoice)
    merge(two)
    assert [own.actions.count(), other.actions.count()] == [2, 0]


def test_a_cycle_only_the_duplicate_has_goes_over_with_its_tasks(two):
    kept, duplicate = two
    action = ActionFactory(customer=duplicate)
    merge(two)
    assert list(Cycle.objects.values_list("customer", "closed_on")) == [(kept.pk, None)]
    action.refresh_from_db()
    assert (action.customer, action.state) == (kept, ActionState.TODO)


def test_currencies_keep_their_own_cycles(two):
    kept, duplicate = two
    CycleFactory(customer=kept), CycleFactory(customer=duplicate, currency="USD")
    merge(two)
    assert set(kept.cycles.values_list("currency", "closed_on")) == {("EUR", None), ("USD", None)}


def test_an_occasion_of_both_is_said_once(two):
    kept, duplicate = two
    same = {"kind": ActionKind.PREVENTIVE, "cycle": None, "step_code": "soon", "occasion_on": date(2026, 3, 1)}
    first = ActionFactory(customer=kept, **same)
    twin = ActionFactory(customer=duplicate, **same)
    other = ActionFactory(customer=duplicate, **same | {"occasion_on": date(2026, 3, 8)})
    merge(two)
    assert set(Action.objects.filter(customer=kept)) == {first, other}
    twin.refresh_from_db()
    assert (twin.customer, twin.state) == (duplicate, ActionState.CANCELLED)


@pytest.mark.parametrize("waits", ["kept", "duplicate"])
def test_a_backlog_merged_into_a_running_cycle_asks_nobody_where_it_enters(two, waits):
    other = two[1] if waits == "kept" else two[0]
    waiting = two[0] if waits == "kept" else two[1]
    by_hand = CycleFactory(customer=waiting, by_hand=True)
    entry = ActionFactory(customer=waiting, cycle=by_hand, kind=ActionKind.ENTRY, step_code="entry", step_offset=None)
    done(other, 30, cycle=CycleFactory(customer=other))
    merge(two)
    entry.refresh_from_db()
    assert (entry.state, entry.outcome) == (ActionState.CANCELLED, "merged")
    open_cycle = Cycle.objects.get(closed_on=None)
    assert (open_cycle.customer, open_cycle.by_hand) == (two[0], False)


def test_two_backlogs_that_wait_for_a_person_wait_once(two):
    for customer in two:
        cycle = CycleFactory(customer=customer, by_hand=True)
        ActionFactory(customer=customer, cycle=cycle, kind=ActionKind.ENTRY, step_code="entry", step_offset=None)
    merge(two)
    assert list(Action.objects.open().values_list("customer", "kind")) == [(two[0].pk, ActionKind.ENTRY)]


@pytest.fixture
def reminded(two):
    """Both have a cycle; the reminder of the 30th day of the duplicate waits to leave."""
    kept, duplicate = two
    AddressFactory(customer=duplicate)
    own, other = CycleFactory(customer=kept), CycleFactory(customer=duplicate)
    action = ActionFactory(
        customer=duplicate, cycle=other, channel="email", mode="automatic", state=ActionState.SCHEDULED
    )
    return own, action, queue_message(action, at=NOON)


def test_what_the_duplicate_was_to_be_told_is_taken_back(two, reminded):
    _own, _action, message = reminded
    Message.objects.update(state=MessageState.READY, digest="composed")
    merge(two)
    message.refresh_from_db()
    assert (message.state, message.customer) == (MessageState.CANCELLED, two[0])
    with translation.override("en"):
        assert in_words(message.reason) == "Its customer was merged with another: one reminder speaks for both."


@pytest.mark.parametrize(("passed", "then"), [(None, 30), (8, 30), (45, 45)])
def test_what_left_all_the_same_is_not_said_again(two, reminded, passed, then):
    """A worker had it in hand."""
    own, action, message = reminded
    lease = NOON + timedelta(minutes=10)
    Message.objects.update(state=MessageState.RESERVED, digest="composed", lease_until=lease)
    Cycle.objects.filter(pk=own.pk).update(passed_offset=passed)
    merge(two)
    tell([message.pk], "sent", at=NOON)
    deliver_waiting("actions", at=NOON)
    own.refresh_from_db(), action.refresh_from_db()
    assert (action.state, action.outcome, own.passed_offset) == (ActionState.DONE, "sent", then)
    assert action.cycle == own  # the gap before the next step runs from it


def test_what_left_of_a_cycle_that_was_settled_says_nothing_of_the_next(two, reminded):
    _own, action, message = reminded
    Message.objects.update(state=MessageState.RESERVED, digest="composed", lease_until=NOON)
    Cycle.objects.filter(pk=action.cycle_id).update(closed_on=date(2026, 3, 4))
    CycleFactory(customer=two[1])
    Action.objects.update(state=ActionState.CANCELLED, outcome="settled", closed_at=NOON)
    tell([message.pk], "sent", at=NOON)
    deliver_waiting("actions", at=NOON)
    assert set(Cycle.objects.values_list("passed_offset", flat=True)) == {None}


def test_a_cycle_ends_on_the_day_it_is_for_the_entity(two):
    """Half past midnight in Paris."""
    kept, duplicate = two
    CycleFactory(customer=kept), CycleFactory(customer=duplicate)
    merge_customers(kept, duplicate, by=None, at=datetime(2026, 3, 5, 23, 30, tzinfo=UTC))
    assert Cycle.objects.get(closed_on__isnull=False).closed_on == date(2026, 3, 6)


@pytest.mark.parametrize("steps", [1, 3])
def test_a_merge_costs_the_same_for_more_steps(two, steps, django_assert_num_queries):
    cycles = [CycleFactory(customer=customer) for customer in two]
    for offset in range(10, 10 + steps):
        ActionFactory(customer=two[0], cycle=cycles[0], step_code=f"step-{40 + offset}", step_offset=40 + offset)
        done(two[0], offset, cycle=cycles[0]), done(two[1], offset, cycle=cycles[1])
    merge_of_both = Merge(kept=two[0], duplicate=two[1], by=None, at=NOON)
    with django_assert_num_queries(20):
        move_cycles(merge_of_both)


def test_what_was_decided_of_the_duplicate_counts(two):
    kept, duplicate = two
    own, other = CycleFactory(customer=kept, passed_offset=30), CycleFactory(customer=duplicate, passed_offset=30)
    asked = [
        ActionFactory(
            customer=duplicate,
            cycle=other,
            kind="follow_up",
            mode="decision",
            step_code="follow-up",
            occasion_on=day,
            state=ActionState.DONE,
            closed_at=NOON,
        )
        for day in (date(2026, 2, 1), date(2026, 3, 1))
    ]
    merge(two)
    assert [Action.objects.get(pk=one.pk).cycle_id for one in asked] == [own.pk] * 2
