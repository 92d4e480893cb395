"""A night keeps the task to declare claims, whatever it closes, and what it asks for true."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from collections_app.actions.declaring import claims_of
from collections_app.actions.labels import Outcome
from collections_app.actions.models import Action
from collections_app.actions.operations import Said, conclude
from collections_app.actions.suspending import close_what_says_nothing, suspend
from collections_app.engine.queries import explain
from crm.customers.models import Customer
from crm.customers.operations import merge_customers
from crm.holds.models import Declaration, DeclaredClaim, Hold
from crm.holds.operations import lift_hold
from crm.holds.queries import left_to_declare
from crm.receivables.models import Invoice
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.accounts import TeamFactory, TeamMemberFactory
from tests.factories.declaring import ENTERED_AT, ENTERED_ON, JUDGMENT, LAST_DAY, claim, tell, to_declare
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


STATEMENTS = 307


class TestWhatBecomesKnownLater:
    """What was not declared is asked for before the last day, once, whatever it came by."""

    ON, LATER = date(2026, 3, 10), date(2026, 3, 11)

    @pytest.fixture
    def customer(self, world: World) -> Customer:
        """His 350 were declared on 2 March."""
        customer = Customer.objects.get()
        declared(world, to_declare(customer))
        return customer

    def test_an_invoice_imported_later(self, world: World, customer: Customer):
        claim(customer, 5000, number="F9", recorded_at=noon(self.ON))
        world.night(self.ON)
        assert rest() == [("todo", 5000, LAST_DAY, [("F9", 5000)])]

    def test_once_and_true_every_night(self, world: World, customer: Customer):
        invoice = claim(customer, 5000, number="F9", recorded_at=noon(self.ON))
        for on in (self.ON, self.LATER):
            world.night(on, full=True)
        pay(invoice, 1000, JUDGMENT - ONE_DAY)
        world.night(self.LATER + ONE_DAY)
        assert rest() == [("todo", 4000, LAST_DAY, [("F9", 4000)])]

    def test_in_another_currency(self, world: World, customer: Customer):
        claim(customer, 700, currency="USD", number="F9")
        world.night(self.ON)
        assert rest() == [("todo", 700, LAST_DAY, [("F9", 700)])]

    def test_a_payment_that_came_back(self, world: World, customer: Customer):
        """Of F2, 20 were said paid when it was declared."""
        declared_claim(customer, "F2").update(amount=30)
        world.night(self.ON)
        world.night(self.LATER, full=True)
        assert rest() == [("todo", 20, LAST_DAY, [("F2", 20)])]

    def test_not_money_that_covers_another_invoice_than_it_did(self, world: World, customer: Customer):
        declared_claim(customer, "F1").update(amount=320)
        declared_claim(customer, "F2").update(amount=30)
        world.night(self.ON)
        assert rest() == []

    @pytest.mark.parametrize("kept_is", ["the_one_who_owes", "the_insolvent_one"])
    def test_what_a_merge_brings(self, world: World, customer: Customer, kept_is: str):
        other = world.customer()
        claim(other, 9000, number="K1")
        kept, duplicate = (other, customer) if kept_is == "the_one_who_owes" else (customer, other)
        merge_customers(kept, duplicate, by=world.person, at=noon(MARCH_3))
        for on in (MARCH_3 + ONE_DAY, MARCH_3 + 2 * ONE_DAY):
            world.night(on)
        assert rest() == [("todo", 9000, LAST_DAY, [("K1", 9000)])]
        assert Action.objects.get(step_code__endswith="-1").customer == kept

    def test_not_what_was_declared_by_the_other_task_of_a_merged_customer(self, world: World, customer: Customer):
        other = world.customer()
        claim(other, 9000, number="K1")
        task = to_declare(other)
        merge_customers(other, customer, by=world.person, at=noon(MARCH_3))
        world.night(MARCH_3 + ONE_DAY)
        task.refresh_from_db()
        assert (rest(), task.amount) == ([], 9000)

    @pytest.mark.parametrize(("on", "asked"), [(LAST_DAY, 1), (LAST_DAY + ONE_DAY, 0)])
    def test_until_its_last_day(self, world: World, customer: Customer, on: date, asked: int):
        claim(customer, 5000, number="F9", recorded_at=noon(on))
        world.night(on)
        assert len(rest()) == asked

    def test_not_of_what_was_born_after_the_judgment(self, world: World, customer: Customer):
        claim(customer, 5000, number="F9", issued_on=JUDGMENT)
        world.night(self.ON)
        assert rest() == []

    def test_not_once_the_proceedings_are_over(self, world: World, customer: Customer):
        claim(customer, 5000, number="F9")
        lift_hold(Hold.objects.get(), on=MARCH_3, at=noon(MARCH_3))
        world.night(self.ON)
        assert rest() == []

    def test_not_again_once_said_not_to_need_it_but_what_comes_after(self, world: World, customer: Customer):
        claim(customer, 5000, number="F9")
        world.night(self.ON)
        conclude(open_task(), Said(Outcome.NOT_NEEDED, reason="Gage"), by=world.person, at=noon(self.ON))
        world.night(self.LATER)
        assert [state for state, *_ in rest()] == ["done"]
        claim(customer, 60, number="F10")
        world.night(self.LATER + ONE_DAY)
        assert [(state, amount) for state, amount, *_ in rest()] == [("done", 5000), ("todo", 60)]

    def test_it_is_read_and_said_alone(self, world: World, customer: Customer):
        claim(customer, 5000, number="F9")
        world.night(self.ON)
        task = open_task()
        assert [(each.currency, each.amount) for each in claims_of(task, on=self.ON)] == [("EUR", 5000)]
        conclude(task, Said(Outcome.DECLARED, on=self.ON), by=world.person, at=noon(self.ON))
        amounts = Declaration.objects.order_by("pk").values_list("claims__amount", flat=True)
        assert list(amounts) == [300, 50, 5000]

    def test_it_is_closed_with_its_hold(self, world: World, customer: Customer):
        claim(customer, 5000, number="F9")
        world.night(self.ON)
        lift_hold(Hold.objects.get(), on=self.ON, at=noon(self.ON))
        tell(noon(self.ON))
        assert [state for state, *_ in rest()] == ["cancelled"]

    @pytest.mark.parametrize("count", [1, 3])
    def test_it_is_looked_for_in_a_constant_number_of_statements(
        self, world: World, customer: Customer, count: int, django_assert_num_queries: Any
    ):
        for _ in range(count - 1):
            other = world.customer()
            claim(other, 300)
            declared(world, to_declare(other))
        with django_assert_num_queries(LOOKED_FOR):
            assert left_to_declare(world.entity, on=self.ON) == []


def declared(world: World, task: Action) -> None:
    conclude(task, Said(Outcome.DECLARED, on=ENTERED_ON), by=world.person, at=ENTERED_AT)


def declared_claim(customer: Customer, number: str) -> Any:
    return DeclaredClaim.objects.filter(declaration__hold__customer=customer, invoice__number=number)


def open_task() -> Action:
    return Action.objects.select_related("customer", "entity").get(kind="declaration", state="todo")


def rest() -> list[tuple[Any, ...]]:
    tasks = Action.objects.filter(kind="declaration", step_code__regex="-.*-").order_by("pk")
    return [
        (task.state, task.amount, task.occasion_on, list(task.lines.values_list("invoice__number", "amount")))
        for task in tasks
    ]


LOOKED_FOR = 4
