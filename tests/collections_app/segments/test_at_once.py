"""Several who group the same customers, or change the groups, at once: a night, the news of a payment, a supervisor."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import OperationalError, transaction

from collections_app.scenarios import operations as scenarios
from collections_app.scenarios.operations import StillUsed
from collections_app.segments import operations, regrouping
from collections_app.segments.consumers import end_memberships, regroup_those
from collections_app.segments.models import Group, Membership
from collections_app.segments.operations import GroupRefused, delete_group, move, unarchive
from collections_app.segments.regrouping import regroup
from crm.core.among import named
from crm.core.sql import set_local
from crm.customers.models import Customer
from crm.customers.registry import Merge
from crm.events.models import Event
from tests.connections import all_beside, beside, elsewhere
from tests.factories.accounts import EntityFactory, TeamFactory, TeamMemberFactory
from tests.factories.customers import CustomerFactory
from tests.factories.paying import pay
from tests.factories.receivables import InvoiceFactory
from tests.factories.scenarios import ScenarioFactory
from tests.factories.segments import GroupFactory

pytestmark = pytest.mark.django_db(transaction=True)
FEB_1, FEB_2 = date(2026, 2, 1), date(2026, 2, 2)
NOON = datetime(2026, 2, 2, 12, tzinfo=UTC)


@pytest.fixture
def entity():
    entity = EntityFactory()
    GroupFactory(entity=entity, code="default", default=True)
    return entity


@pytest.fixture
def customer(entity):
    return CustomerFactory(entity=entity)


@pytest.mark.parametrize("days_apart", [-1, 0, 1])
@pytest.mark.parametrize("known", [True, False])
def test_the_second_sees_what_the_first_left(entity, customer, known, days_apart):
    if known:
        regroup(entity, on=FEB_1)
    InvoiceFactory(customer=customer, due_on=FEB_1 - timedelta(days=9))
    GroupFactory(entity=entity, code="late")
    on = FEB_2 + timedelta(days=1)
    with beside(lambda: regroup(entity, on=on + timedelta(days=days_apart), among=named([customer.pk]))) as other:
        moved = regroup(entity, on=on)
        other.start()
    assert (moved, other.result()) == (1, 0)
    expected = [("default", FEB_1, on)] * known + [("late", on, None)]
    assert list(Membership.objects.order_by("from_on").values_list("group__code", "from_on", "to_on")) == expected


def test_what_both_know_together_counts(entity, customer):
    """A payment, not yet committed, and an invoice: each of them alone would put him elsewhere."""
    first = InvoiceFactory(customer=customer, due_on=FEB_1)
    GroupFactory(entity=entity, code="large", priority=1, criteria={"fact": "open", "is": "gt", "value": "150"})
    GroupFactory(entity=entity, code="late", priority=2)
    regroup(entity, on=FEB_2)
    with beside(lambda: regroup(entity, on=FEB_2)) as night:
        pay(first, 100, FEB_2)
        regroup(entity, on=FEB_2, among=named([customer.pk]))
        elsewhere(lambda: InvoiceFactory(customer=Customer.objects.get(), due_on=FEB_1))
        night.start()
    night.result()
    assert group_of(customer) == "late"


def test_who_is_merged_meanwhile_is_in_no_group(entity, customer):
    regroup(entity, on=FEB_1)
    InvoiceFactory(customer=customer, due_on=FEB_1 - timedelta(days=9))
    kept = CustomerFactory(entity=entity)
    GroupFactory(entity=entity, code="late", priority=1)
    with beside(lambda: regroup(entity, on=FEB_2)) as night:
        Customer.objects.filter(pk=customer.pk).update(merged_into=kept)
        end_memberships(Merge(kept=kept, duplicate=customer, at=NOON))
        night.start()
    night.result()
    assert not Membership.objects.filter(customer=customer, to_on=None).exists()


def test_the_team_somebody_gives_meanwhile_stays(entity, customer):
    team, of_group = TeamFactory(entity=entity), TeamFactory(entity=entity)
    collector = TeamMemberFactory(team=team).user
    entity.groups.update(team=of_group)
    with beside(lambda: regroup(entity, on=FEB_1)) as night:
        Customer.objects.filter(pk=customer.pk).update(collector=collector, team=team)
        night.start()
    night.result()
    customer.refresh_from_db()
    assert customer.team == team


def told_of(customers, **plan):
    """A worker who hears of these customers; `plan` says how his statements find them."""
    events = [Event(entity_id=customer.entity_id, customer_id=customer.pk, at=NOON) for customer in customers]
    for event in events:
        event.delivered_at = NOON

    def worker():
        with transaction.atomic():
            set_local(**plan)
            regroup_those(events)

    return worker


def test_two_workers_told_of_the_same_customers_do_not_wait_for_each_other(entity):
    """One would find them as they lie, the other by their keys: each would have what the other waits for."""
    customers = first, middle, _last = [CustomerFactory(entity=entity) for _ in range(3)]
    for customer in (middle, first):
        Customer.objects.filter(pk=customer.pk).update(city="Nantes")
    as_they_lie = told_of([*customers, CustomerFactory(entity=entity)], enable_indexscan="off", enable_bitmapscan="off")
    by_their_keys = told_of([CustomerFactory(entity=entity), *customers], enable_seqscan="off", enable_bitmapscan="off")
    with all_beside(as_they_lie, by_their_keys) as others:
        Customer.objects.select_for_update(no_key=True).get(pk=middle.pk)
        for other in others:
            other.start()
    assert [other.result() for other in others] == [None, None]
    assert Membership.objects.filter(group__code="default", to_on=None).count() == 5


class TestTheRules:
    """What a supervisor changes, and a payment makes known, between the reading of the groups and the writing."""

    @pytest.fixture(autouse=True)
    def both_late(self, entity, customer):
        InvoiceFactory(customer=customer, due_on=FEB_1 - timedelta(days=9))
        for priority, code in ((1, "first"), (2, "second")):
            GroupFactory(entity=entity, code=code, priority=priority)

    @pytest.mark.parametrize("whole_first", [True, False])
    def test_the_order_he_changed_counts(self, entity, customer, whole_first, monkeypatch):
        whole, one = {}, {"among": named([customer.pk])}

        def supervised():
            move(Group.objects.get(code="second"), up=True, by=None)
            regroup(entity, on=FEB_2, **(one if whole_first else whole))

        once_read(monkeypatch, supervised)
        regroup(entity, on=FEB_2, **(whole if whole_first else one))
        assert group_of(customer) == "second"

    def test_a_group_deleted_takes_nobody(self, entity, customer, monkeypatch):
        once_read(monkeypatch, lambda: delete_group(Group.objects.get(code="first"), by=None))
        regroup(entity, on=FEB_2)
        assert group_of(customer) == "second"

    def test_a_group_that_is_taking_customers_is_not_deleted(self, entity, customer):
        with beside(lambda: delete_group(Group.objects.get(code="first"), by=None)) as supervisor:
            regroup(entity, on=FEB_2)
            supervisor.start()
        with pytest.raises(GroupRefused):
            supervisor.result()
        assert group_of(customer) == "first"

    def test_nobody_waits_for_the_end_of_a_long_night(self, entity, monkeypatch):
        monkeypatch.setattr(operations, "PATIENCE_MS", 50)
        with transaction.atomic():
            regroup(entity, on=FEB_2)
            with pytest.raises(GroupRefused, match="quelques minutes"):
                elsewhere(lambda: delete_group(Group.objects.get(code="first"), by=None))

    def test_what_else_goes_wrong_in_the_database_is_told_as_what_it_is(self, entity):
        def hurried():
            set_local(statement_timeout="50ms")
            delete_group(Group.objects.get(code="first"), by=None)

        with transaction.atomic():
            regroup(entity, on=FEB_2)
            with pytest.raises(OperationalError, match="statement timeout"):
                elsewhere(transaction.atomic(hurried))

    def test_two_supervisors_move_the_same_group(self, entity):
        GroupFactory(entity=entity, code="third", priority=3)
        third = Group.objects.get(code="third")
        with beside(lambda: move(third, up=True, by=None)) as other:
            move(Group.objects.get(code="third"), up=True, by=None)
            other.start()
        other.result()
        assert list(entity.groups.order_by("priority").values_list("code", flat=True)[:3]) == [
            "third",
            "first",
            "second",
        ]

    def test_two_groups_brought_back_take_two_places(self, entity):
        last = entity.groups.get(is_default=True).priority
        entity.groups.update(archived=True)
        first, second = entity.groups.filter(is_default=False)
        with beside(lambda: unarchive(second, by=None)) as other:
            unarchive(first, by=None)
            other.start()
        other.result()
        assert sorted(entity.groups.filter(archived=False).values_list("priority", flat=True)) == [last + 1, last + 2]

    def test_a_scenario_is_not_archived_while_a_group_comes_back_to_it(self, entity):
        scenario = ScenarioFactory(entity=entity)
        entity.groups.filter(code="first").update(archived=True, scenario=scenario)
        with beside(lambda: scenarios.archive(scenario, by=None)) as other:
            unarchive(entity.groups.get(code="first"), by=None)
            other.start()
        with pytest.raises(StillUsed):
            other.result()


def test_who_keeps_changing_them_is_not_followed_for_ever(entity, customer, monkeypatch):
    tried = []
    monkeypatch.setattr(regrouping, "_moved", lambda *_, **said: tried.append(said["last"]) or (0, [customer.pk]))
    assert regroup(entity, on=FEB_1) == 0
    assert tried == [False] * regrouping.TRIES


def group_of(customer):
    return Membership.objects.get(customer=customer, to_on=None).group.code


def once_read(monkeypatch, then):
    """Once only: `then`, on a connection of its own, as soon as the groups are read."""
    wanted_groups, left = regrouping.wanted_groups, [then]

    def read(*given):
        wanted = wanted_groups(*given)
        if left:
            elsewhere(left.pop())
        return wanted

    monkeypatch.setattr(regrouping, "wanted_groups", read)
