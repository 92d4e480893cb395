"""One SIREN is one debtor: its insolvency is seen on every account it has in the entity."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collections_app.actions import labels
from collections_app.actions.insolvent import ask_about_other_accounts
from collections_app.actions.labels import Outcome
from collections_app.actions.models import Action
from collections_app.actions.operations import Said, SaidRefused, conclude
from crm.customers.models import Customer
from crm.customers.operations import merge_customers
from crm.holds.models import Hold
from crm.holds.operations import lift_hold
from crm.holds.queries import of_the_same_siren
from tests.collections_app.engine.world import World, noon
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.declaring import ENTERED_AT, ENTERED_ON, JUDGMENT, claim, insolvent, tell

pytestmark = pytest.mark.django_db
SIREN = "552100554"
TOMORROW = ENTERED_ON + timedelta(days=1)


@pytest.fixture
def world() -> World:
    return World({"offset_days": 5})


@pytest.fixture
def first(world: World) -> Customer:
    return account(world, name="Scierie A")


@pytest.fixture
def second(world: World) -> Customer:
    return account(world, name="Scierie B")


def account(world: World, **given: Any) -> Customer:
    customer = world.customer(**{"siren": SIREN} | given)
    claim(customer, 300)
    return customer


def asked() -> list[tuple[Any, ...]]:
    tasks = Action.objects.filter(kind="insolvency").order_by("pk")
    return list(tasks.values_list("customer__name", "state", "outcome", "occasion_on", "late_since_on"))


class TestTheForm:
    @pytest.fixture
    def desk(self, client: Client, world: World) -> Client:
        client.person = UserFactory(sees=world.entity)
        client.force_login(client.person)
        return client

    @pytest.fixture(autouse=True)
    def at_noon(self) -> Any:
        with time_machine.travel(ENTERED_AT, tick=False):
            yield

    def form(self, desk: Client, customer: Customer) -> Any:
        page = desk.get(reverse("customer", args=[customer.pk]))
        return next(panel["data"]["form"] for panel in page.context["side"] if panel["name"] == "holds")

    def place(self, desk: Client, customer: Customer, **given: Any) -> Any:
        said = {"kind": "insolvency", "reason": "LJ", "born_before": JUDGMENT.isoformat()} | given
        return desk.post(reverse("hold_place", args=[customer.pk]), said, follow=True)

    def test_it_names_the_others_of_the_entity_and_ticks_them(self, desk: Client, first: Customer, second: Customer):
        for given in ({"entity": CustomerFactory().entity}, {"siren": "732829320"}, {"merged_into": second}):
            CustomerFactory(**{"entity": first.entity, "siren": SIREN} | given)
        also = self.form(desk, first)["also"]
        said = (list(also.field.choices), also.value())
        assert said == ([(second.pk, f"Scierie B ({second.external_id})")], [second.pk])

    def test_only_those_one_sees(self, first: Customer, second: Customer):
        assert of_the_same_siren(first, UserFactory()) == []

    def test_nothing_without_a_siren_nor_another_account(self, desk: Client, first: Customer, world: World):
        assert "also" not in self.form(desk, first).fields
        CustomerFactory(entity=first.entity)
        assert "also" not in self.form(desk, CustomerFactory(entity=first.entity)).fields

    def test_what_is_ticked_is_held_and_to_be_declared(self, desk: Client, first: Customer, second: Customer):
        page = self.place(desk, first, also=[second.pk])
        holds = Hold.objects.order_by("customer").values_list("customer", "kind", "born_before", "reason", "starts_on")
        assert list(holds) == [(one.pk, "insolvency", JUDGMENT, "LJ", ENTERED_ON) for one in (first, second)]
        assert "Elle l’est aussi sur 1 autre compte de ce SIREN." in page.content.decode()
        tell()
        assert list(Action.objects.order_by("customer").values_list("customer", "kind")) == [
            (first.pk, "declaration"),
            (second.pk, "declaration"),
        ]

    def test_what_is_not_ticked_is_left(self, desk: Client, first: Customer, second: Customer):
        self.place(desk, first)
        assert Hold.objects.get().customer == first

    def test_a_dispute_is_of_one_account(self, desk: Client, first: Customer, second: Customer):
        self.place(desk, first, kind="dispute", also=[second.pk])
        assert Hold.objects.get().customer == first

    def test_nobody_else_s_account(self, desk: Client, first: Customer):
        other = CustomerFactory(siren=SIREN)
        self.place(desk, first, also=[other.pk])
        assert not Hold.objects.filter(customer=other).exists()

    def test_one_that_is_insolvent_already_is_not_offered(self, desk: Client, first: Customer, second: Customer):
        insolvent(second)
        assert "also" not in self.form(desk, first).fields

    def test_the_page_of_the_other_tells(self, desk: Client, first: Customer, second: Customer):
        insolvent(first)
        pages = [desk.get(reverse("customer", args=[one.pk])).content.decode() for one in (first, second)]
        told = [
            f'<a href="{reverse("customer", args=[first.pk])}">Scierie A</a> est en procédure collective' in page
            for page in pages
        ]
        assert told == [False, True]


class TestTheNight:
    def test_the_second_account_is_a_task(self, world: World, first: Customer, second: Customer):
        insolvent(first)
        for on in (TOMORROW, TOMORROW + timedelta(days=1)):
            world.night(on, full=True)
        assert asked() == [("Scierie B", "todo", "", JUDGMENT, JUDGMENT)]
        task = Action.objects.get(kind="insolvency")
        assert (task.weight, task.amount, task.owner) == (9e11, 0, second.collector)

    def test_one_that_comes_later(self, world: World, first: Customer):
        insolvent(first)
        world.night(TOMORROW)
        account(world, name="Scierie C")
        world.night(TOMORROW + timedelta(days=5))
        assert [name for name, *_ in asked()] == ["Scierie C"]

    @pytest.mark.parametrize(
        "given", [{"siren": ""}, {"siren": "732829320"}, {"entity": "another"}, {"merged": True}, {"insolvent": True}]
    )
    def test_no_other(self, world: World, first: Customer, given: dict[str, Any]):
        if "entity" in given:
            CustomerFactory(siren=SIREN)
        else:
            other = account(world, siren=given.get("siren", SIREN))
            if "merged" in given:
                merge_customers(first, other, by=world.person, at=ENTERED_AT)
            if "insolvent" in given:
                insolvent(other)
        insolvent(first)
        assert (ask_about_other_accounts(world.entity, on=TOMORROW, at=noon(TOMORROW)), asked()) == (0, [])

    def test_customers_without_siren_are_not_one_company(self, world: World):
        insolvent(account(world, siren=""))
        account(world, siren="")
        assert ask_about_other_accounts(world.entity, on=TOMORROW, at=noon(TOMORROW)) == 0

    def test_once_for_a_judgment_however_many_accounts(self, world: World, first: Customer, second: Customer):
        account(world, name="Scierie C")
        insolvent(first)
        insolvent(second)
        for on in (TOMORROW, TOMORROW + timedelta(days=1)):
            world.night(on)
        assert [name for name, *_ in asked()] == ["Scierie C"]

    def test_it_is_closed_by_a_hold_on_that_account(self, world: World, first: Customer, second: Customer):
        insolvent(first)
        world.night(TOMORROW)
        insolvent(second)
        tell(noon(TOMORROW))
        assert [(state, outcome) for _name, state, outcome, *_ in asked()] == [("cancelled", "held")]

    @pytest.mark.parametrize(("both", "state"), [(False, "cancelled"), (True, "todo")])
    def test_and_once_the_company_is_insolvent_no_more(
        self, world: World, first: Customer, second: Customer, both: bool, state: str
    ):
        hold = insolvent(first)
        if both:
            insolvent(account(world, name="Scierie C"))
        world.night(TOMORROW)
        lift_hold(hold, on=TOMORROW, at=noon(TOMORROW))
        tell(noon(TOMORROW))
        assert [(name, found) for name, found, *_ in asked()] == [("Scierie B", state)]

    def test_it_ends_in_one_way(self, world: World, first: Customer, second: Customer):
        insolvent(first)
        world.night(TOMORROW)
        task = Action.objects.select_related("customer", "entity").get(kind="insolvency")
        with pytest.raises(SaidRefused):
            conclude(task, Said(Outcome.PAID), by=world.person, at=noon(TOMORROW))
        conclude(task, Said(Outcome.OTHER, note="Homonyme"), by=world.person, at=noon(TOMORROW))
        world.night(TOMORROW + timedelta(days=1))
        assert [(state, outcome) for _name, state, outcome, *_ in asked()] == [("done", "other")]

    def test_it_says_what_it_is_about(self, world: World, first: Customer, second: Customer):
        insolvent(first)
        world.night(TOMORROW)
        task = Action.objects.get(kind="insolvency")
        said = (
            str(labels.verb(task)),
            labels.icon(task),
            [str(one.label) for one in labels.deadline(task, on=TOMORROW)],
        )
        assert said == ("Voir la procédure collective", "gavel", ["Même SIREN qu’un client en procédure collective"])

    @pytest.mark.parametrize("count", [0, 3])
    def test_where_nobody_is_to_be_asked_it_is_one_query(self, world: World, first: Customer, count: int):
        for _ in range(count):
            insolvent(account(world))
        insolvent(first)
        with CaptureQueriesContext(connection) as asked_for:
            ask_about_other_accounts(world.entity, on=TOMORROW, at=noon(TOMORROW))
        assert len(asked_for) == 1
