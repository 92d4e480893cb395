from datetime import timedelta

import pytest
from django.utils import timezone

from collections_app.actions.models import Action
from collections_app.engine.queries import explain
from collections_app.engine.wording import account_sentence, item_sentence
from collections_app.scenarios.models import Step
from collections_app.segments.models import Group
from crm.holds.models import Hold
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.receivables import CreditFactory

pytestmark = pytest.mark.django_db


def outcomes(customer, on=MARCH_1):
    return [
        (account.outcome, account.step, [item.outcome for item in account.items])
        for account in explain(customer, on=on).accounts
    ]


def test_each_invoice_is_explained():
    world = World({"offset_days": 5})
    customer = world.customer()
    CreditFactory(customer=customer, amount=100)
    world.invoice(customer, late=40)
    held = world.invoice(customer, late=20)
    Hold.objects.create(
        entity=world.entity,
        customer=customer,
        invoice=held,
        kind="dispute",
        reason="avarie",
        starts_on=MARCH_1,
        created_at=noon(MARCH_1),
    )
    world.invoice(customer, late=10)
    world.invoice(customer, late=-10)
    world.regroup()
    assert outcomes(customer) == [("open_action", "s5", ["covered", "held", "carried", "not_due"])]


def test_explaining_writes_nothing_and_says_what_the_night_then_does():
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=6)
    world.regroup()
    before = outcomes(customer)
    world.night()
    assert before == [("open_action", "s5", ["carried"])]
    assert outcomes(customer) == [("action_open", "s5", ["carried"])]


def test_the_past_is_what_that_night_recorded():
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=6)
    world.nights(3)
    past = explain(customer, on=MARCH_1)
    [account] = past.accounts
    assert (past.source, account.outcome, account.step) == ("recorded", "open_action", "s5")
    step, group = Step.objects.get(code="s5"), Group.objects.get(memberships__customer=customer)
    assert (account.step_name, account.items[0].level_name, account.group) == (step.name, step.name, group.name)


@pytest.mark.parametrize(
    ("late", "outcome"), [(1, "waiting_age"), (5, "open_action"), (0, "nothing_overdue"), (-3, "nothing_overdue")]
)
def test_sentences_exist_for_what_is_decided(late, outcome):
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=late)
    world.regroup()
    account = explain(customer, on=MARCH_1).accounts[0]
    assert account.outcome == outcome
    assert account_sentence(account)
    assert all(item_sentence(item) for item in account.items)


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        ({}, "L’étape Étape +10 est due\xa0: son action est ouverte."),
        ({"minimum_amount": 1000}, "Étape +10 attend\xa0: le compte est inférieur à son montant minimal."),
        (
            {"gap_days": 30},
            "Prochaine étape\xa0: Étape +10, pas avant le 31/03/2026\xa0: le délai après la précédente court encore.",
        ),
    ],
)
def test_a_recorded_decision_is_told_without_the_figures_nobody_recorded(step, sentence):
    world = World({"offset_days": 5}, {"offset_days": 10, "gap_days": 0, **step})
    customer = world.customer()
    world.invoice(customer, late=12)
    world.night(MARCH_1)
    world.do(MARCH_1)
    world.nights(2, MARCH_1 + timedelta(days=1))
    past = explain(customer, on=MARCH_1 + timedelta(days=1))
    assert (past.source, [account_sentence(account) for account in past.accounts]) == ("recorded", [sentence])


def test_the_date_of_the_next_look():
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=2)
    world.regroup()
    assert explain(customer, on=MARCH_1).accounts[0].next_look_on == MARCH_1 + timedelta(days=3)


@pytest.mark.parametrize(("closed_at", "there"), [("2026-03-01T22:30Z", False), ("2026-03-01T23:30Z", True)])
def test_an_action_was_open_on_the_days_of_the_entity(closed_at, there):
    """Half past eleven at night, and half past midnight of 2 March, in Paris."""
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=6)
    world.night()
    Action.objects.update(state="done", closed_at=closed_at)
    with timezone.override("Pacific/Auckland"):
        assert bool(explain(customer, on=MARCH_1 + timedelta(days=1)).actions) is there
