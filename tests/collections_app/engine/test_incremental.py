"""A night that looks at those something may have changed for writes what one that looks at everybody writes."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import Phase, given, settings, strategies as st

from collections_app.actions.models import Action
from collections_app.engine import stages, watched
from collections_app.engine.models import Account, Change, Run
from collections_app.engine.scope import Scope
from collections_app.segments.models import Group, Membership
from crm.accounts.models import Absence, Entity
from crm.customers.models import Customer
from crm.law.models import ExchangeRate
from crm.receivables.models import Invoice
from tests.collections_app.engine.lives import Life
from tests.collections_app.engine.world import MARCH_1, World
from tests.factories.customers import AddressFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory
from tests.factories.segments import GroupFactory

pytestmark = pytest.mark.django_db


def written(seed: int, *, days: int, full: bool) -> dict[str, list[object]]:
    with transaction.atomic():
        life = Life(seed, full=full)
        life.live(days)
        found = life.written()
        transaction.set_rollback(True)
        return found


@settings(max_examples=4, deadline=None, phases=[Phase.reuse, Phase.generate])  # a seed has nothing simpler
@given(seed=st.integers(0, 10**6))
def test_it_writes_what_a_look_at_everybody_writes(seed):
    found = written(seed, days=10, full=False)
    assert found == written(seed, days=10, full=True)
    assert (found["not worked"], found["not seen by their owner"]) == ([], [])


@pytest.fixture
def world():
    """One customer six days late, one not late, looked at on the first of March."""
    world = World({"offset_days": 5}, {"offset_days": 15})
    world.late, world.early = world.customer(), world.customer()
    world.invoice(world.late, late=6)
    world.invoice(world.early, late=-20)
    world.night()
    return world


def looked(world, days=1, **options):
    """How many customers the night `days` later looks at; None for everybody."""
    world.night(MARCH_1 + timedelta(days=days), **options)
    run = Run.objects.latest("pk")
    return None if Scope.of(run).full else run.stages.get(name="customers").rows


def test_the_first_night_looks_at_everybody_the_next_at_nobody(world):
    assert [Scope.of(run).full for run in Run.objects.all()] == [True]
    assert looked(world) == 0


def test_the_day_something_may_change_by_itself_is_kept(world):
    found = dict(Account.objects.values_list("customer", "look_on"))
    # The late one's line never changes again by age: only the reason "over 90 days" does.
    assert found == {world.late.pk: MARCH_1 + timedelta(days=85), world.early.pk: MARCH_1 + timedelta(days=21)}
    assert looked(world, 20) == 0
    assert looked(world, 21) == 1


CHANGES = {
    "an invoice comes": lambda world: InvoiceFactory(customer=world.early),
    "money comes": lambda world: CreditFactory(customer=world.late),
    "an address is added": lambda world: AddressFactory(customer=world.late),
    "a task is done": lambda world: world.do(MARCH_1),
    "the customer changes": lambda world: Customer.objects.filter(pk=world.late.pk).update(kind="consumer"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whose_facts_changed_is_looked_at_once(world, change):
    CHANGES[change](world)
    assert looked(world) == 1
    assert (Change.objects.count(), looked(world, 2)) == (0, 0)


@pytest.mark.parametrize("named", [False, True])
def test_money_dated_ahead_counts_from_its_day(world, named):
    invoice = Invoice.objects.get(customer=world.late)
    day = MARCH_1 + timedelta(days=3)
    CreditFactory(customer=world.late, amount=100, received_on=day, names_invoice=invoice if named else None)
    assert (looked(world), looked(world, 2), Action.objects.get().state) == (1, 0, "todo")
    assert (looked(world, 3), Action.objects.get().state) == (1, "cancelled")


def test_only_whose_group_may_be_another_is_asked_for_it(world, monkeypatch):
    """The day of a step says nothing of a group."""
    asked = []
    monkeypatch.setattr(stages, "regroup", lambda *_, among, **said: asked.append(members(among)) or 0)
    world.do(MARCH_1)
    assert (looked(world), looked(world, 9)) == (1, 1)  # what was done, and his second step
    assert asked == [[world.late.pk], []]


def members(among):
    with connection.cursor() as cursor:
        cursor.execute(f"select c.id from customers_customer c where true {among.on('c.id')}", among.params)
        return [key for (key,) in cursor.fetchall()]


def test_without_a_default_group_the_day_that_puts_him_in_one_is_not_missed():
    """Every night looks at everybody then (scope.py): who is in no group is in no list of dates."""
    world = World({"offset_days": 5})
    world.group.delete()
    late = {"fact": "days_late", "is": "gte", "value": "5"}
    GroupFactory(entity=world.entity, code="late", scenario=world.version.scenario, criteria=late)
    world.invoice(world.customer(), late=1)
    world.nights(6)
    assert list(Membership.objects.values_list("group__code", "from_on")) == [("late", MARCH_1 + timedelta(days=4))]


def test_what_the_night_writes_itself_is_not_looked_at_again(world):
    world.invoice(world.early, late=30)
    assert (looked(world), Action.objects.count()) == (1, 2)
    assert looked(world, 2) == 0


RULES = {
    "a group": lambda world: Group.objects.update(priority=800),
    "the working days": lambda world: Entity.objects.filter(pk=world.entity.pk).update(working_days=[1]),
    "a month has passed": lambda world: Run.objects.update(
        scope={**Run.objects.get().scope, "full_on": str(MARCH_1 - timedelta(days=30))}
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_other_rules_ask_for_a_look_at_everybody(world, rule):
    RULES[rule](world)
    world.entity.refresh_from_db()
    assert looked(world) is None


def test_everybody_is_looked_at_when_it_is_asked_for(world):
    assert looked(world, full=True) is None


def test_another_rate_asks_for_those_who_owe_in_that_currency(world):
    ExchangeRate.objects.create(base="USD", quote="EUR", on=MARCH_1 - timedelta(days=9), rate="0.9")
    world.invoice(world.early, late=8, currency="USD")
    assert (looked(world), looked(world, 2)) == (1, 1)  # the currency is new to the second night
    ExchangeRate.objects.create(base="USD", quote="EUR", on=MARCH_1 + timedelta(days=4), rate="0.8")
    assert [looked(world, day) for day in (3, 4, 5)] == [0, 1, 0]


def test_who_comes_back_asks_for_the_tasks_nobody_has(world):
    Customer.objects.filter(pk=world.late.pk).update(collector=world.person)
    Absence.objects.create(user=world.person, starts_on=MARCH_1, ends_on=MARCH_1 + timedelta(days=2))
    Action.objects.update(owner=None)
    assert [looked(world, day) for day in (1, 2, 3, 4)] == [1, 0, 1, 0]
    assert Action.objects.get().owner == world.person


def test_every_watched_table_has_its_triggers():
    with connection.cursor() as cursor:
        cursor.execute("select tgrelid::regclass::text, tgname from pg_trigger where tgname like '%\\_noted\\_%'")
        found = set(cursor.fetchall())
    assert found == {(table, f"{table}_noted_{verb}") for table, one in watched.WATCHED.items() for verb in one.verbs}


@pytest.mark.parametrize("count", [1, 3])
def test_it_asks_as_much_for_many_customers(world, count, django_assert_num_queries):
    for _ in range(count):
        world.invoice(world.customer(), late=6)
    with django_assert_num_queries(STATEMENTS):
        world.night(MARCH_1 + timedelta(days=1))


STATEMENTS = 301
