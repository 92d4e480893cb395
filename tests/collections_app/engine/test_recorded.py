"""A past day: what the night of that day decided, on the ledger as it stood when it ran."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st

from collections_app.actions.models import Action, Refusal
from collections_app.engine.models import Run
from collections_app.engine.queries import explain
from crm.holds.models import Hold
from crm.holds.operations import call_mistake, lift_hold, place_hold
from crm.receivables.models import Invoice
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.examples import taken_back
from tests.factories.paying import pay
from tests.factories.receivables import CreditFactory

pytestmark = pytest.mark.django_db


def after(days):
    return MARCH_1 + timedelta(days=days)


@pytest.fixture
def world():
    world = World({"offset_days": 5})
    world.late = world.customer()
    return world


def told(world, day):
    """Of each invoice of that day: what was open, what was left of it and what it counted for."""
    accounts = explain(world.late, on=after(day)).accounts
    return {
        item.invoice_id: (item.open_amount, item.net_amount, item.held or item.outcome)
        for account in accounts
        for item in account.items
    }


def asked_for(world, day):
    return [then.amount for then in explain(world.late, on=after(day)).actions]


def test_amounts_are_those_of_that_night_whatever_was_paid_since(world):
    partly, wholly = world.invoice(world.late, late=20, amount=1000), world.invoice(world.late, late=10)
    world.night()
    pay(partly, 400, after(9))
    pay(wholly, 100, after(9))
    world.nights(3, after(10))
    assert told(world, 4) == {partly.pk: (1000, 1000, "carried"), wholly.pk: (100, 100, "carried")}
    assert told(world, 10) == {partly.pk: (600, 600, "carried")}
    assert (asked_for(world, 4), asked_for(world, 10)) == ([1100], [600])


def test_what_was_paid_later_on_the_day_was_open_when_its_night_ran(world):
    paid = world.invoice(world.late, late=20)
    world.night()
    pay(paid, 100, MARCH_1, at=datetime.combine(MARCH_1, time(18), ZoneInfo("Europe/Paris")))
    world.nights(2, after(1))
    assert told(world, 0) == {paid.pk: (100, 100, "carried")}
    assert told(world, 1) == {}


def test_a_night_that_failed_decided_nothing(world):
    paid = world.invoice(world.late, late=20)
    world.night()
    pay(paid, 100, after(1))
    Run.objects.create(entity=world.entity, on=after(2), state="failed", started_at=noon(after(2)))
    world.night(after(4))
    assert [told(world, day) for day in (0, 2)] == [{paid.pk: (100, 100, "carried")}] * 2


def test_what_was_on_hold_that_night_is_told_so_though_it_was_lifted_since(world):
    held, other = world.invoice(world.late, late=20), world.invoice(world.late, late=10)
    dispute = Hold.objects.create(
        entity=world.entity, customer=world.late, invoice=held, kind="dispute", reason="avarie", starts_on=MARCH_1,
        created_at=noon(MARCH_1),
    )  # fmt: skip
    world.night()
    Hold.objects.filter(pk=dispute.pk).update(ended_on=after(1), outcome="lifted")
    world.nights(3, after(1))
    assert told(world, 0) == {held.pk: (100, 100, "dispute"), other.pk: (100, 100, "carried")}
    assert told(world, 2)[held.pk] == (100, 100, "carried")
    assert (asked_for(world, 0), asked_for(world, 2)) == ([100], [200])


def test_what_money_could_not_cover_that_night_is_told_so_though_the_judgment_was_a_mistake(world):
    old, new = world.invoice(world.late, late=20), world.invoice(world.late, late=10)
    CreditFactory(customer=world.late, amount=50, received_on=MARCH_1)
    judgment = Hold.objects.create(
        entity=world.entity, customer=world.late, invoice=old, kind="insolvency", reason="RJ",
        starts_on=MARCH_1 - timedelta(days=5), created_at=noon(MARCH_1 - timedelta(days=5)),
    )  # fmt: skip
    world.night()
    found = {old.pk: (100, 100, "insolvency"), new.pk: (100, 50, "carried")}
    assert (told(world, 0), asked_for(world, 0)) == (found, [50])
    call_mistake(judgment, on=after(1), at=noon(after(1)))
    world.night(after(1))
    assert (told(world, 0), asked_for(world, 0)) == (found, [50])


@pytest.mark.parametrize("end", [lift_hold, call_mistake])
@pytest.mark.parametrize("kind", ["dispute", "insolvency"])
def test_what_was_ended_on_the_day_of_the_night_after_it_is_told_as_the_night_found_it(world, kind, end):
    held, other = world.invoice(world.late, late=20), world.invoice(world.late, late=10)
    CreditFactory(customer=world.late, amount=50, received_on=MARCH_1)
    began = {"starts_on": MARCH_1 - timedelta(days=5), "at": noon(MARCH_1 - timedelta(days=5))}
    hold = place_hold(world.late, invoice=held, kind=kind, reason="x", **began)
    world.night()
    end(hold, on=MARCH_1, at=noon(MARCH_1) + timedelta(hours=1))
    world.night(after(1))
    assert told(world, 0) == {held.pk: (100, 100, kind), other.pk: (100, 50, "carried")}
    assert told(world, 1)[held.pk][2] == "carried"


def test_what_was_called_a_mistake_after_it_had_ended_is_told_of_the_nights_since_alone(world):
    old, new = world.invoice(world.late, late=20), world.invoice(world.late, late=10)
    CreditFactory(customer=world.late, amount=50, received_on=MARCH_1)
    began = {"starts_on": MARCH_1 - timedelta(days=5), "at": noon(MARCH_1 - timedelta(days=5))}
    judgment = place_hold(world.late, invoice=old, kind="insolvency", reason="RJ", **began)
    lift_hold(judgment, on=after(1), at=noon(after(1)))
    world.nights(3, after(1))
    ended = {old.pk: (100, 100, "carried"), new.pk: (100, 50, "carried")}
    assert [told(world, day) for day in (1, 3)] == [ended] * 2
    call_mistake(judgment, on=after(3), at=noon(after(3)) + timedelta(hours=1))
    world.night(after(4))
    assert [told(world, day) for day in (1, 3)] == [ended] * 2
    assert told(world, 4) == {old.pk: (100, 50, "carried"), new.pk: (100, 100, "carried")}


def test_what_was_covered_that_night_is_told_so_though_the_money_went_elsewhere(world):
    oldest, other = world.invoice(world.late, late=20), world.invoice(world.late, late=10)
    credit = CreditFactory(customer=world.late, amount=130)
    world.night()
    pay(other, 100, after(2), credit=credit)
    world.nights(3, after(3))
    assert told(world, 1) == {oldest.pk: (100, 0, "covered"), other.pk: (100, 70, "carried")}
    assert told(world, 3) == {oldest.pk: (100, 70, "carried")}
    assert asked_for(world, 1) == [70]


def test_what_was_recorded_since_was_not_there(world):
    known, late = world.invoice(world.late, late=20), world.invoice(world.late, late=30)
    Invoice.objects.filter(pk=late.pk).update(recorded_at=noon(after(2)))
    world.nights(5)
    assert list(told(world, 1)) == [known.pk]
    assert set(told(world, 3)) == {known.pk, late.pk}


def test_what_was_not_due_yet_is_told_so(world):
    world.invoice(world.late, late=20)
    coming = world.invoice(world.late, late=-2)
    world.nights(5)
    assert told(world, 1)[coming.pk] == (100, 100, "not_due")
    assert told(world, 3)[coming.pk] == (100, 100, "carried")


def test_a_hold_somebody_placed_later_was_not_known(world):
    later = world.invoice(world.late, late=-5)
    world.invoice(world.late, late=10)
    world.night()
    Hold.objects.create(
        entity=world.entity, customer=world.late, invoice=later, kind="dispute", reason="avarie", starts_on=MARCH_1,
        created_at=noon(after(1)),
    )  # fmt: skip
    world.nights(2, after(1))
    assert [told(world, day)[later.pk][2] for day in (0, 2)] == ["not_due", "dispute"]


def test_what_kept_it_back_later_is_not_told(world):
    world.invoice(world.late, late=10)
    world.nights(3)
    action = Action.objects.get()
    for gate, day in (("hours", 1), ("freshness", 2)):
        Refusal.objects.create(
            entity=world.entity, customer=world.late, action=action, gate=gate, rule="x",
            first_on=after(day), last_on=after(2),
        )  # fmt: skip
    kept = [[refusal.gate for refusal in explain(world.late, on=after(day)).actions[0].refusals] for day in range(3)]
    assert kept == [[], ["hours"], ["hours", "freshness"]]


def test_each_step_of_one_invoice_tells_what_it_carried():
    world = World({"offset_days": 5, "unit": "invoice"})
    world.late = world.customer()
    first, second = world.invoice(world.late, late=20), world.invoice(world.late, late=10, amount=50)
    world.night()
    pay(first, 60, after(1))
    world.nights(2, after(2))
    assert told(world, 0) == {first.pk: (100, 100, "carried"), second.pk: (50, 50, "carried")}
    amounts = {then.action.invoice_id: then.amount for then in explain(world.late, on=MARCH_1).actions}
    assert amounts == {first.pk: 100, second.pk: 50}


def test_what_nothing_kept_is_not_told(world):
    """A task opened by hand follows its balance: what it asked for on a day before is not known."""
    invoice = world.invoice(world.late, late=20)
    world.night()
    Action.objects.update(kind="manual", cycle=None, step_offset=None, occasion_on=MARCH_1)
    pay(invoice, 40, after(1))
    world.nights(2, after(2))
    assert asked_for(world, 0) == [None]
    assert told(world, 0) == {invoice.pk: (100, 100, "carried")}


@pytest.mark.parametrize("count", [1, 3])
def test_the_past_costs_the_same_whatever_was_owed(world, count, django_assert_num_queries):
    for number in range(count):
        world.invoice(world.late, late=10 + number)
    world.nights(3)
    with django_assert_num_queries(10):
        assert explain(world.late, on=MARCH_1).source == "recorded"


def test_decimals_stay_exact(world):
    world.invoice(world.late, late=10, amount=Decimal("10.05"))
    world.nights(2)
    assert asked_for(world, 0) == [Decimal("10.05")]


invoices = st.tuples(st.integers(-6, 40), st.integers(1, 60))
events = st.tuples(st.integers(1, 5), st.sampled_from(["pay", "apply", "lift"]), st.integers(0, 3), st.integers(1, 60))


def happens(world, owed, credit, what, place, amount):
    """Money comes, money that was there is applied, or what is on hold no longer is."""
    on, kind = what
    invoice = owed[place % len(owed)]
    invoice.refresh_from_db()
    credit.refresh_from_db()
    if kind == "lift":
        Hold.objects.filter(customer=world.late, ended_on=None).update(ended_on=on, outcome="lifted")
    elif kind == "pay" and invoice.open_amount:
        pay(invoice, min(amount, invoice.open_amount), on)
    elif kind == "apply" and (applied := min(amount, invoice.open_amount, credit.open_amount)):
        pay(invoice, applied, on, credit=credit)


def left_out(accounts):
    """What was late and left out of an account where something was late, and why."""
    return {
        item.invoice_id: item.held or item.outcome
        for account in accounts
        if account.outcome != "nothing_overdue"
        for item in account.items
        if item.days_late and item.outcome in ("held", "covered")
    }


@settings(max_examples=5, deadline=None)
@given(
    owed=st.lists(invoices, min_size=1, max_size=4),
    money=st.integers(1, 100),
    comes=st.integers(-3, 4),
    disputed=st.booleans(),
    lived=st.lists(events, max_size=4),
)
@taken_back
def test_a_past_night_is_told_as_it_was_just_before_it(owed, money, comes, disputed, lived):
    world = World({"offset_days": 5}, {"offset_days": 12})
    world.late = world.customer()
    rows = [world.invoice(world.late, late=late, amount=amount) for late, amount in owed]
    credit = CreditFactory(customer=world.late, amount=money, received_on=after(comes))
    if disputed:
        place_hold(world.late, invoice=rows[0], kind="dispute", reason="x", starts_on=MARCH_1, at=noon(MARCH_1))
    said = {}
    for day in range(6):
        for on, kind, place, amount in lived:
            if on == day:
                happens(world, rows, credit, (after(day), kind), place, amount)
        accounts = explain(world.late, on=after(day)).accounts
        said[day] = told_amounts(accounts), left_out(accounts)
        world.night(after(day))
    for day in range(5):
        accounts = explain(world.late, on=after(day)).accounts
        if accounts:  # nothing was ever late before: no night had anything to decide
            assert (told_amounts(accounts), left_out(accounts)) == said[day]


def told_amounts(accounts):
    return {item.invoice_id: (item.open_amount, item.net_amount) for account in accounts for item in account.items}
