"""A promise that was not kept is a reason of what its customer is asked for next, until what was promised has come."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from collections_app.actions.models import Action
from crm.holds.operations import place_hold, place_holds
from crm.receivables.operations import close_in_ledger
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.paying import pay
from tests.factories.receivables import CreditFactory

pytestmark = pytest.mark.django_db
LAST = date(2026, 3, 10)
AFTER = LAST + timedelta(days=1)


@pytest.fixture
def world():
    return World({"offset_days": 5, "mode": "task"}, {"offset_days": 15, "mode": "task", "repeat_after_days": 20})


def promise(customer, *invoices, **fields):
    said = {"kind": "promise", "reason": "dit qu'il paiera", "starts_on": MARCH_1, "ends_on": LAST, "at": noon(MARCH_1)}
    place_holds(customer, invoices, **said | fields)


def reasons():
    [found] = Action.objects.open().values_list("reasons", flat=True)
    return "broken_promise" in found


def test_one_that_was_not_kept_is_told_the_next_day_and_no_more_once_it_is_paid(world):
    customer = world.customer()
    invoice, _other = world.invoice(customer, late=10), world.invoice(customer, late=10)
    promise(customer, invoice)
    world.night(AFTER)
    assert reasons()
    pay(invoice, 100, AFTER)
    world.night(AFTER + timedelta(days=1))
    assert not reasons()


@pytest.mark.parametrize(("amount", "told"), [(99, True), (100, False)])
def test_money_that_is_not_yet_applied_counts_as_the_night_counts_it(world, amount, told):
    customer = world.customer()
    invoice, _other = world.invoice(customer, late=20), world.invoice(customer, late=10)
    promise(customer, invoice)
    CreditFactory(customer=customer, amount=amount, received_on=LAST)
    world.night(AFTER)
    assert reasons() is told


@pytest.mark.parametrize(("paid", "told"), [(399, True), (400, False)])
def test_of_an_amount_promised_no_more_is_asked(world, paid, told):
    customer = world.customer()
    invoice = world.invoice(customer, late=10, amount=1000)
    promise(customer, amount=Decimal(400), currency="EUR")
    pay(invoice, paid, LAST)
    world.night(AFTER)
    assert reasons() is told


def test_what_was_disputed_before_was_not_promised(world):
    customer = world.customer()
    disputed, paid = world.invoice(customer, late=40), world.invoice(customer, late=20)
    place_hold(
        customer, invoice=disputed, kind="dispute", reason="d", starts_on=MARCH_1, ends_on=LAST, at=noon(MARCH_1)
    )
    promise(customer)
    pay(paid, 100, LAST)
    world.night(AFTER)
    assert not reasons()


def test_a_promise_says_nothing_of_another_currency_or_customer(world):
    customer, other = world.customer(), world.customer()
    in_francs, kept = world.invoice(customer, late=10, currency="CHF"), world.invoice(customer, late=10)
    world.invoice(other, late=10)
    promise(customer, kept, in_francs)
    pay(kept, 99, LAST)
    close_in_ledger(in_francs, on=LAST, at=noon(LAST))
    world.invoice(customer, late=10, currency="CHF")
    world.night(AFTER)
    told = Action.objects.open().filter(reasons__contains=["broken_promise"])
    assert list(told.values_list("customer", "currency")) == [(customer.pk, "EUR")]
    assert Action.objects.open().count() == 3
