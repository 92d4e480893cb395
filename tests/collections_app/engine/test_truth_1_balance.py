"""Balance before words: a decision rests on the open amount, net of unapplied money."""

from datetime import timedelta
from decimal import Decimal

import pytest

from collections_app.actions.models import Action, ActionLine
from crm.law.models import ExchangeRate
from crm.receivables.models import Invoice
from tests.collections_app.engine.world import MARCH_1, World
from tests.factories.paying import pay
from tests.factories.receivables import CreditFactory

pytestmark = pytest.mark.django_db


def test_a_covered_invoice_is_not_reminded():
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=10)
    CreditFactory(customer=customer, amount=100)
    world.night()
    assert world.opened() == []


def test_a_partly_covered_invoice_is_claimed_for_the_rest():
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=10)
    CreditFactory(customer=customer, amount=30)
    world.night()
    assert Action.objects.get().amount == Decimal(70)
    assert ActionLine.objects.get().amount == Decimal(70)


def test_a_credit_note_counts_as_money():
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=10)
    CreditFactory(customer=customer, amount=100, credit_note=True)
    world.night()
    assert world.opened() == []


def test_currencies_are_decided_apart():
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=10)
    world.invoice(customer, late=10, currency="USD", amount=50)
    CreditFactory(customer=customer, amount=100)
    world.night()
    assert list(Action.objects.values_list("currency", "amount")) == [("USD", Decimal(50))]


def test_an_open_action_follows_the_balance():
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=10)
    world.night()
    CreditFactory(customer=customer, amount=40)
    world.night()
    assert Action.objects.get().amount == Decimal(60)


def test_what_is_paid_cancels_what_was_to_be_said():
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=10)
    world.night()
    CreditFactory(customer=customer, amount=100)
    world.night()
    assert list(Action.objects.values_list("state", "outcome")) == [("cancelled", "settled")]


@pytest.mark.parametrize(("base", "quote", "rate"), [("USD", "EUR", "0.5"), ("EUR", "USD", "2")])
def test_the_minimum_is_on_the_net_amount_in_the_currency_of_the_entity(base, quote, rate):
    """Whichever way round the rate was written."""
    world = World({"offset_days": 5, "minimum_amount": 50})
    ExchangeRate.objects.create(base=base, quote=quote, on="2026-01-01", rate=rate)
    dollars = world.customer()
    world.invoice(dollars, late=10, currency="USD", amount=99)
    euros = world.customer()
    world.invoice(euros, late=10, amount=50)
    assert world.night().blocked == {"below_minimum": 1}
    assert [action.customer for action in Action.objects.all()] == [euros]


def test_an_announcement_s_or_invoice_step_s_minimum_is_in_the_currency_of_the_entity_too():
    world = World(
        {"offset_days": -3, "minimum_amount": 50}, {"offset_days": 5, "unit": "invoice", "minimum_amount": 50}
    )
    ExchangeRate.objects.create(base="USD", quote="EUR", on="2026-01-01", rate="0.5")
    for late, amount in [(-2, 98), (-2, 102), (10, 99), (10, 101)]:
        world.invoice(world.customer(), late=late, currency="USD", amount=amount)
    world.night()
    opened = Action.objects.order_by("amount").values_list("step_code", "amount")
    assert list(opened) == [("s5", Decimal(101)), ("s-3", Decimal(102))]


def test_an_invoice_step_without_a_rate_is_not_lost():
    world = World({"offset_days": 5, "unit": "invoice"})
    world.invoice(world.customer(), late=10, currency="USD")
    world.night()
    assert world.opened() == [("s5", "todo")]


def test_the_lines_of_a_preventive_action_follow_the_balance():
    world = World({"offset_days": -5})
    invoice = world.invoice(world.customer(), late=-5)
    world.night()
    pay(invoice, 40, MARCH_1)
    world.night()
    assert Action.objects.get().amount == ActionLine.objects.get().amount == Decimal(60)


def test_what_a_person_approved_is_not_rewritten_by_the_night():
    world = World({"offset_days": 5, "email": True, "mode": "approval"})
    customer = world.customer()
    world.invoice(customer, late=10)
    world.night()
    Action.objects.update(state="scheduled")
    world.invoice(customer, late=8)
    world.night()
    assert (Action.objects.get().amount, ActionLine.objects.count()) == (Decimal(100), 1)


def test_a_due_date_moved_later_takes_the_task_away_the_same_night():
    world = World({"offset_days": 5})
    customer = world.customer()
    moved = world.invoice(customer, late=10)
    world.night()
    world.invoice(customer, late=2)
    Invoice.objects.filter(pk=moved.pk).update(due_on=MARCH_1 - timedelta(days=3))
    world.night()
    assert list(Action.objects.values_list("state", "outcome")) == [("cancelled", "settled")]


def test_a_task_whose_due_date_moves_and_comes_back_is_the_same_task():
    world = World({"offset_days": 5})
    moved = world.invoice(world.customer(), late=10)
    world.night()
    Invoice.objects.filter(pk=moved.pk).update(due_on=MARCH_1 - timedelta(days=3))
    world.nights(3)
    assert world.opened() == [("s5", "todo")]
