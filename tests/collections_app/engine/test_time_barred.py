"""A claim that ran out is left out like any that is held: the rest of the account is dunned."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from collections_app.actions.models import Action, ActionLine
from collections_app.compliance.time_barred import PROTECTS_NO_MORE, RAN_OUT, RUNS_AGAIN, hold_what_ran_out
from collections_app.engine.queries import explain
from crm.customers.operations import merge_customers
from crm.holds.models import Hold
from crm.holds.queries import net_items
from crm.law.models import Rule
from crm.receivables.limitation import record_interruption
from crm.receivables.models import Invoice
from crm.timeline.models import Entry
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.connections import beside
from tests.factories.accounts import UserFactory
from tests.factories.paying import pay
from tests.factories.receivables import CreditFactory

pytestmark = pytest.mark.django_db
LADDER = ({"offset_days": 5}, {"offset_days": 15}, {"offset_days": 30})
TWO_YEARS = 731


def after(days):
    return MARCH_1 + timedelta(days=days)


def house(*steps, kind="consumer", old=1200, **fields):
    """A customer with 500 € six days late and 10 € of long ago."""
    world = World(*(steps or LADDER))
    world.one = world.customer(kind=kind)
    world.late = world.invoice(world.one, late=6, amount=Decimal(500))
    world.old = world.invoice(world.one, late=old, amount=Decimal(10), number="OLD", **fields)
    return world


def carried():
    return list(ActionLine.objects.filter(action__state="todo").order_by("invoice").values_list("amount", flat=True))


def holds():
    return list(Hold.objects.order_by("pk").values_list("kind", "invoice__number", "reason", "starts_on", "ended_on"))


def lived(world, days=60):
    for day in range(days):
        world.night(after(day))
        world.do(after(day))
    steps = Action.objects.filter(kind="dunning").order_by("opened_on")
    return list(steps.values_list("step_code", "opened_on", "amount"))


def test_the_rest_is_dunned_step_by_step_and_nothing_claims_what_ran_out():
    world = house()
    steps = lived(world)
    assert [(code, amount) for code, _on, amount in steps] == [(step.code, Decimal(500)) for step in world.steps]
    assert set(ActionLine.objects.values_list("invoice", flat=True)) == {world.late.pk}


def test_it_is_said_on_the_page_in_why_and_in_the_history(client):
    world = house()
    world.night()
    assert holds() == [("limitation", "OLD", "C. consom. L218-2", MARCH_1, None)]
    [account] = explain(world.one, on=MARCH_1).accounts
    assert [(item.outcome, item.held) for item in account.items] == [("held", "limitation"), ("carried", "")]
    told = Entry.objects.get(customer=world.one, kind="hold")
    assert (told.subject, told.params, told.about_id) == (RAN_OUT, {"invoice": "OLD"}, Hold.objects.get().pk)
    client.force_login(UserFactory(sees=world.entity, language="fr"))
    page = client.get(reverse("customer", args=[world.one.pk])).content.decode()
    assert "Prescription acquise" in page
    assert "La prescription de OLD est acquise" in page
    assert reverse("hold_lift", args=[Hold.objects.get().pk]) not in page


@pytest.mark.parametrize(
    ("kind", "old", "fields", "count"),
    [
        ("consumer", TWO_YEARS, {}, 1),
        ("consumer", TWO_YEARS - 1, {}, 0),
        ("consumer", 400, {"debt_type": "telecom"}, 1),
        ("consumer", 1000, {"debt_type": "rent"}, 0),
        ("public_body", 1400, {}, 0),
        ("public_body", 1500, {}, 1),  # due in January of a year, issued in December of the one before
        ("public_body", 1900, {}, 1),
        ("professional", 2000, {}, 0),
        ("association", 2000, {}, 0),
    ],
)
def test_only_what_ran_out_against_whom_the_law_protects(kind, old, fields, count):
    house(kind=kind, old=old, **fields).night()
    assert Hold.objects.count() == count


def test_the_rule_says_who_is_protected():
    Rule.objects.filter(code="limitation_effect", customer_kind="consumer").update(ends_on=date(2026, 2, 28))
    Rule.objects.filter(code="limitation_effect", customer_kind="").update(value={"demand": "refused"})
    house(kind="professional", old=2000).night()
    assert Hold.objects.get().reason == "C. com. L110-4"


def test_the_night_of_the_day_it_runs_out_takes_it_from_the_open_action():
    world = house(old=TWO_YEARS - 2)
    world.night()
    assert carried() == [500, 10]
    world.night(after(1))
    world.night(after(2))
    assert (carried(), Action.objects.get().amount) == ([500], Decimal(500))


def test_again_it_changes_nothing():
    world = house()
    world.night()
    before, told = holds(), Entry.objects.count()
    world.night(after(1))
    assert (holds(), Entry.objects.count()) == (before, told)


def test_what_interrupted_it_in_time_gives_it_back():
    world = house()
    world.night()
    fact = {"kind": "acknowledgement", "on": after(-700), "reference": "courrier", "invoice": world.old}
    record_interruption(world.one, **fact, by=None, at=noon(MARCH_1))
    world.night(after(1))
    assert (Hold.objects.get().outcome, Hold.objects.get().ended_on, carried()) == ("mistake", after(1), [500, 10])
    assert Entry.objects.filter(kind="hold").latest("pk").subject == RUNS_AGAIN


def test_money_that_comes_while_it_is_held_pays_it_only_if_it_had_not_run_out():
    world = house()
    world.night()
    CreditFactory(customer=world.one, amount=Decimal(8), received_on=MARCH_1)
    world.night(after(1))
    assert carried() == [492]
    fact = {"kind": "acknowledgement", "on": after(-700), "reference": "courrier", "invoice": world.old}
    record_interruption(world.one, **fact, by=None, at=noon(after(1)))
    world.night(after(2))
    assert carried() == [500, 2]


def another_rule(_world):
    Rule.objects.filter(code="limitation_effect", customer_kind="consumer").update(value={"demand": "todo"})


def another_kind(world):
    world.one.kind = "professional"
    world.one.save()


@pytest.mark.parametrize("change", [another_rule, another_kind])
def test_whom_it_protects_no_more_is_asked_again_and_told_so(change):
    world = house()
    world.night()
    change(world)
    world.night(after(1))
    assert (Hold.objects.get().outcome, Hold.objects.get().ended_on) == ("lifted", after(1))
    told = Entry.objects.filter(kind="hold").latest("pk")
    assert (told.subject, told.params) == (PROTECTS_NO_MORE, {"invoice": "OLD"})


def test_what_is_settled_is_held_no_more():
    world = house()
    world.night()
    pay(world.old, 10, MARCH_1)
    world.night(after(1))
    assert (Hold.objects.get().outcome, Entry.objects.filter(kind="hold").count()) == ("settled", 1)


def test_a_past_day_tells_it_as_it_stood():
    world = house(old=TWO_YEARS - 1)
    world.nights(3)
    days = [explain(world.one, on=after(day)).accounts[0].items for day in range(3)]
    assert [[item.held for item in items] for items in days] == [["", ""], ["limitation", ""], ["limitation", ""]]


@pytest.mark.parametrize("count", [1, 3])
def test_two_statements_for_any_number(count, django_assert_num_queries):
    world = house()
    for _each in range(count - 1):
        world.invoice(world.one, late=1300)
    with django_assert_num_queries(2):
        assert hold_what_ran_out(world.entity, on=MARCH_1, at=noon(MARCH_1)) == count
    with django_assert_num_queries(2):
        assert hold_what_ran_out(world.entity, on=MARCH_1, at=noon(MARCH_1)) == 0


@pytest.mark.django_db(transaction=True)
def test_of_whom_is_merged_meanwhile_it_is_held_and_told_for_the_one_that_is_kept():
    world = house()
    kept, on = world.customer(kind="consumer"), MARCH_1
    with beside(lambda: hold_what_ran_out(world.entity, on=on, at=noon(on))) as night:
        merge_customers(kept, world.one, by=None, at=noon(on))
        night.start()
    assert night.result() == 1
    hold = Hold.objects.get()
    assert (hold.customer, hold.invoice.customer) == (kept, kept)
    assert Entry.objects.get(kind="hold").customer == kept
    assert [(item.held, item.open_amount) for item in net_items(kept, on=on)] == [("limitation", 10), (None, 500)]


def test_one_placed_for_a_record_that_was_merged_goes_over_with_the_next_night():
    world = house()
    world.night()
    kept = world.customer(kind="consumer")
    world.one.invoices.update(customer=kept)
    assert hold_what_ran_out(world.entity, on=after(1), at=noon(after(1))) == 0
    assert (Hold.objects.get().customer, Entry.objects.get(kind="hold").customer) == (kept, kept)


def test_a_person_does_not_place_one(client):
    world = house()
    client.force_login(UserFactory(sees=world.entity))
    given = {"kind": "limitation", "reason": "vieux", "invoice": world.old.pk}
    client.post(reverse("hold_place", args=[world.one.pk]), given)
    assert (Hold.objects.count(), Invoice.objects.count()) == (0, 2)
