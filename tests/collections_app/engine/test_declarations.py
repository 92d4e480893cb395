"""A night keeps the task to declare claims, whatever it closes, and what it asks for true."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from collections_app.actions.labels import Outcome
from collections_app.actions.models import Action
from collections_app.actions.operations import Said, conclude
from collections_app.actions.suspending import close_what_says_nothing, suspend
from collections_app.engine.queries import explain
from crm.customers.models import Customer
from crm.holds.models import Hold
from crm.receivables.models import Invoice
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.accounts import TeamFactory, TeamMemberFactory
from tests.factories.declaring import JUDGMENT, LAST_DAY, claim, to_declare
from tests.factories.paying import pay
from tests.factories.receivables import CreditFactory

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)
MARCH_3 = date(2026, 3, 3)


@pytest.fixture
def world() -> World:
    world = World({"offset_days": 5})
    customer = world.customer()
    claim(customer, 300, number="F1")
    claim(customer, 50, number="F2", issued_on=date(2026, 2, 1), due_on=MARCH_1)
    return world


def asked() -> tuple[Any, ...]:
    task = Action.objects.get(kind="declaration")
    carried = list(task.lines.order_by("invoice__number").values_list("invoice__number", "amount"))
    return task.state, task.amount, carried


def rank() -> tuple[Any, ...]:
    return (
        Action.objects.filter(kind="declaration")
        .values_list("weight", "late_since_on", "oldest_due_on", "reasons")
        .get()
    )


def test_a_night_closes_the_call_and_keeps_the_declaration(world: World):
    world.night()
    assert world.opened() == [("s5", "todo")]
    task = to_declare(Customer.objects.get())
    before = rank()
    world.night(MARCH_3)
    assert world.opened() == [("s5", "cancelled"), (task.step_code, "todo")]
    assert (asked(), rank()) == (("todo", 350, [("F1", 300), ("F2", 50)]), before)
    assert before == (1e12, JUDGMENT, None, [])


def test_so_does_every_later_one_until_its_day_and_after(world: World):
    to_declare(Customer.objects.get())
    for on in (LAST_DAY - ONE_DAY, LAST_DAY, LAST_DAY + ONE_DAY, LAST_DAY + 40 * ONE_DAY):
        world.night(on, full=True)
        assert asked() == ("todo", 350, [("F1", 300), ("F2", 50)])


def test_what_is_learned_later_moves_what_is_asked(world: World):
    customer = Customer.objects.get()
    to_declare(customer)
    pay(Invoice.objects.get(number="F2"), 20, JUDGMENT - ONE_DAY)
    CreditFactory(customer=customer, amount=Decimal(100), received_on=JUDGMENT - ONE_DAY)
    claim(customer, 40, number="F0", issued_on=JUDGMENT - ONE_DAY)
    claim(customer, 60, number="F4", issued_on=JUDGMENT)
    claim(customer, 80, number="F5", currency="USD")
    world.night(MARCH_3)
    assert asked() == ("todo", 270, [("F0", 40), ("F1", 200), ("F2", 30)])


def test_all_of_it_paid_a_person_still_says_that_nothing_is_to_be_declared(world: World):
    to_declare(Customer.objects.get())
    for invoice in Invoice.objects.all():
        pay(invoice, invoice.amount, JUDGMENT - ONE_DAY)
    world.night(MARCH_3)
    assert asked() == ("todo", 0, [])


def test_a_second_night_of_the_day_writes_nothing(world: World):
    to_declare(Customer.objects.get())
    world.night(MARCH_3, full=True)
    before = list(Action.objects.order_by("pk").values())
    world.night(MARCH_3, full=True)
    assert list(Action.objects.order_by("pk").values()) == before


def test_limitation_does_not_close_it(world: World):
    customer = Customer.objects.get()
    Customer.objects.update(kind="consumer")
    task = to_declare(customer)
    Hold.objects.create(
        entity=customer.entity, customer=customer, invoice=Invoice.objects.get(number="F1"), kind="limitation",
        reason="x", starts_on=MARCH_1, created_at=noon(MARCH_1),
    )  # fmt: skip
    world.night(MARCH_3)
    assert (suspend(customer, on=MARCH_3, at=noon(MARCH_3)), close_what_says_nothing([task.pk], at=noon(MARCH_3))) == (
        0,
        [],
    )
    assert asked() == ("todo", 350, [("F1", 300), ("F2", 50)])


def test_one_of_nobody_goes_to_a_member_of_the_team_before_all_dunning(world: World):
    team = TeamFactory(entity=world.entity)
    member = TeamMemberFactory(team=team, user__capacity=1).user
    world.group.team = team
    world.group.save()
    world.invoice(world.customer(), late=400, amount=90_000)
    to_declare(Customer.objects.order_by("pk").first())
    world.night(MARCH_3)
    assert [task.kind for task in Action.objects.filter(owner=member)] == ["declaration"]


def test_what_was_declared_is_not_asked_again(world: World):
    task = to_declare(Customer.objects.get())
    conclude(task, Said(Outcome.DECLARED, on=MARCH_3), by=world.person, at=noon(MARCH_3))
    world.night(MARCH_3 + ONE_DAY, full=True)
    assert asked() == ("done", 350, [("F1", 300), ("F2", 50)])


def test_a_past_day_tells_no_amount_that_may_have_moved_since(world: World):
    """Nothing kept what it asked for then."""
    task = to_declare(Customer.objects.get())
    world.night(MARCH_3)
    pay(Invoice.objects.get(number="F2"), 20, MARCH_3)
    world.night(MARCH_3 + ONE_DAY)
    seen = [explain(task.customer, on=on).actions for on in (MARCH_3, MARCH_3 + ONE_DAY)]
    assert [[(then.action.pk, then.amount) for then in actions] for actions in seen] == [
        [(task.pk, None)],
        [(task.pk, 330)],
    ]


@pytest.mark.parametrize("count", [0, 3])
def test_it_costs_a_night_no_statement_more(world: World, count: int, django_assert_num_queries: Any):
    for _ in range(3):
        customer = world.customer()
        claim(customer, 300)
        if count:
            to_declare(customer)
    with django_assert_num_queries(STATEMENTS):
        world.night(MARCH_3, full=True)


STATEMENTS = 300
