"""Interest and fees live beside the invoice: the night never edits it, never claims them as principal, never reminds
of them alone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from collections_app.actions.models import Action
from collections_app.actions.preparing import compose_action
from collections_app.engine.queries import explain
from crm.law.operations import load_law
from crm.receivables.late_charges import late_charges, waive
from crm.receivables.models import ChargeKind, Invoice, Movement
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.examples import taken_back
from tests.factories.letters import TemplateVersionFactory
from tests.factories.paying import pay

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_law():
    load_law()


def after(days):
    return MARCH_1 + timedelta(days=days)


def owed(invoice, on):
    charges = late_charges([invoice.pk], on=on)[invoice.pk]
    return charges.accrued[ChargeKind.INTEREST], charges.accrued[ChargeKind.INDEMNITY]


def test_the_night_claims_the_principal_and_leaves_the_invoice_as_it_is():
    world = World({"offset_days": 5})
    invoice = world.invoice(world.customer(), late=60, amount=1000)
    before = Invoice.objects.values().get()
    world.nights(3)
    interest, indemnity = owed(invoice, after(2))
    assert (interest > 0, indemnity) == (True, Decimal(40))
    assert Action.objects.get().amount == Decimal(1000)
    assert (Invoice.objects.values().get(), Movement.objects.count()) == (before, 0)


def test_what_accrued_survives_settlement_and_reminds_of_nothing_by_itself():
    world = World({"offset_days": 5}, {"offset_days": 15})
    customer = world.customer()
    invoice = world.invoice(customer, late=60, amount=1000)
    world.night()
    world.do(MARCH_1)
    pay(invoice, 1000, after(1))
    world.nights(3, after(1))
    world.night(after(30))
    assert owed(invoice, after(30)) == owed(invoice, after(1))
    assert owed(invoice, after(30))[0] > 0
    assert world.opened() == [("s5", "done")]
    assert explain(customer, on=after(30)).accounts == []


def test_a_payment_in_part_lowers_what_is_claimed_and_takes_no_interest():
    world = World({"offset_days": 5})
    invoice = world.invoice(world.customer(), late=60, amount=1000)
    world.night()
    accrued = owed(invoice, MARCH_1)
    pay(invoice, 400, after(1))
    world.night(after(1))
    assert Action.objects.get().amount == Decimal(600)
    assert owed(invoice, after(1))[0] > accrued[0]


def test_a_waiver_changes_what_is_owed_beside_and_nothing_of_the_reminder():
    world = World({"offset_days": 5})
    invoice = world.invoice(world.customer(), late=60, amount=1000)
    world.night()
    waive(invoice, kind=ChargeKind.INDEMNITY, reason="geste", on=MARCH_1, at=noon(MARCH_1), by=world.person)
    world.night(after(1))
    assert late_charges([invoice.pk], on=after(1))[invoice.pk].waived == {ChargeKind.INDEMNITY: Decimal(40)}
    assert list(Action.objects.values_list("state", "amount")) == [("todo", Decimal(1000))]


def test_the_minimum_of_a_step_looks_at_the_principal_alone():
    world = World({"offset_days": 5, "minimum_amount": 1010})
    world.invoice(world.customer(), late=60, amount=1000)
    assert world.night().blocked == {"below_minimum": 1}


def test_the_words_say_the_charges_beside_the_amount_claimed():
    world = World({"offset_days": 5, "email": True})
    TemplateVersionFactory(
        template=world.steps[0].template, body="{{ total.net | money }}, frais {{ charges.indemnity | money }}"
    )
    world.invoice(world.customer(), late=60, amount=1000)
    world.night()
    composed = compose_action(Action.objects.get(), on=MARCH_1)
    assert composed.amounts == {"EUR": Decimal(1000)}
    assert composed.text.replace("\u202f", " ").replace("\u00a0", " ").startswith("1 000,00 €, frais 40,00 €")


@settings(max_examples=6, deadline=None)
@given(payments=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 90)), min_size=1, max_size=5))
@taken_back
def test_whatever_is_paid_the_claim_is_what_is_left_and_charges_only_grow(payments):
    world = World({"offset_days": 5})
    invoice = world.invoice(world.customer(), late=60, amount=500)
    left, last = Decimal(500), Decimal(0)
    for day in range(5):
        for amount in (amount for on, amount in payments if on == day):
            pay(invoice, amount, after(day))
            left -= amount
        world.night(after(day))
        assert Action.objects.get(customer=invoice.customer).amount == left
        interest, indemnity = owed(invoice, after(day))
        assert (interest >= last, indemnity) == (True, Decimal(40))
        last = interest
