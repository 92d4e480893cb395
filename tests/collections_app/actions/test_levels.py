"""How far the age of an invoice has come, asked of its due date."""

from datetime import date, timedelta

import pytest

from collections_app.actions.levels import Levels, noticed, reached
from collections_app.actions.operations import approve, send_now
from collections_app.engine.models import Account
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.accounts import UserFactory
from tests.factories.actions import ActionFactory, ActionLineFactory
from tests.factories.customers import AddressFactory
from tests.factories.paying import pay
from tests.factories.scenarios import published_scenario

pytestmark = pytest.mark.django_db
FRIDAY, SUNDAY = date(2026, 3, 6), date(2026, 3, 8)
THIRTY_DAYS_BEFORE = MARCH_1 - timedelta(days=30)


@pytest.mark.parametrize(
    ("days_late", "up_to", "level"),
    [(4, None, None), (5, None, "s5"), (14, None, "s5"), (15, None, "s15"), (99, 5, "s5"), (-3, None, None),
     (-3, -3, "s-3"), (-4, -3, None)],
)  # fmt: skip
def test_the_own_level_of_an_invoice(entity, days_late, up_to, level):
    version = published_scenario(entity, steps=[{"offset_days": days} for days in (-3, 5, 15)])
    levels = Levels.among([version.pk, None], on=SUNDAY, worked=SUNDAY)
    step = levels.own(version.pk, SUNDAY - timedelta(days=days_late), up_to=up_to)
    assert (step.code if step else None) == level


def test_a_step_of_worked_days_is_not_reached_on_a_sunday(entity):
    version = published_scenario(entity, steps=[{"offset_days": 5, "working_days_only": True}])
    levels = Levels.among([version.pk], on=SUNDAY, worked=FRIDAY)
    assert [levels.own(version.pk, on - timedelta(days=5)) is None for on in (FRIDAY, SUNDAY)] == [False, True]


@pytest.mark.parametrize(
    ("due_on", "approved_on", "source", "formal", "found"),
    [
        (THIRTY_DAYS_BEFORE, None, "file", True, True),
        (THIRTY_DAYS_BEFORE + timedelta(days=1), None, "file", True, False),
        (THIRTY_DAYS_BEFORE, MARCH_1 - timedelta(days=1), "file", True, False),
        (THIRTY_DAYS_BEFORE, None, "guessed", True, False),
        (THIRTY_DAYS_BEFORE, None, "guessed", False, True),
    ],
)
def test_an_invoice_has_reached_the_step_of_its_action(due_on, approved_on, source, formal, found):
    action = ActionFactory(step_offset=30, formal_notice=formal, state="scheduled", approved_on=approved_on)
    line = ActionLineFactory(action=action, invoice__due_on=due_on, invoice__due_on_source=source)
    assert reached(action, line.invoice, MARCH_1) is found
    assert noticed(action, on=MARCH_1) == [line.invoice_id] * found


def test_by_hand_everything_carried_is_asked_for():
    action = ActionFactory(kind="manual", cycle=None, step_offset=None, formal_notice=True)
    line = ActionLineFactory(action=action, invoice__due_on=MARCH_1)
    assert reached(action, line.invoice, MARCH_1)


def test_a_formal_notice_claims_what_its_approver_saw_however_late_it_leaves():
    world = World({"offset_days": 30, "formal": True})
    customer = world.customer(email=False)
    AddressFactory(customer=customer, post=True)
    world.invoice(customer, late=30, number="OLD")
    world.invoice(customer, late=29, number="YOUNG")
    world.night()
    [action] = customer.actions.all()
    approve(action, by=UserFactory(), at=noon(MARCH_1))
    action.refresh_from_db()
    assert action.approved_on == MARCH_1
    carried = {
        line.invoice.number: reached(action, line.invoice, MARCH_1 + timedelta(days=3)) for line in action.lines.all()
    }
    assert carried == {"OLD": True, "YOUNG": False}


@pytest.mark.parametrize(("mode", "seen_on"), [("todo", MARCH_1), ("automatic", None)])
def test_what_leaves_by_itself_follows_its_invoices_though_it_was_sent_by_hand(mode, seen_on):
    world = World({"offset_days": 30, "email": True, "mode": mode})
    customer = world.customer()
    world.invoice(customer, late=30)
    world.invoice(customer, late=29, number="YOUNG")
    world.night()
    [action] = customer.actions.all()
    send_now(action, by=UserFactory(), at=noon(MARCH_1))
    action.refresh_from_db()
    assert action.approved_on == seen_on
    young = action.lines.get(invoice__number="YOUNG").invoice
    assert reached(action, young, MARCH_1 + timedelta(days=3)) is (seen_on is None)


def test_what_was_approved_and_paid_ends_though_what_it_did_not_claim_has_come_of_age():
    world = World({"offset_days": 30, "formal": True})
    customer = world.customer(email=False)
    AddressFactory(customer=customer, post=True)
    old = world.invoice(customer, late=30)
    world.invoice(customer, late=29)
    world.night()
    [action] = customer.actions.all()
    approve(action, by=UserFactory(), at=noon(MARCH_1))
    pay(old, old.amount, MARCH_1)
    world.night(MARCH_1 + timedelta(days=1))
    action.refresh_from_db()
    # The same night asks again, for what is old enough now.
    assert (action.state, action.approved_on, action.opened_on) == ("to_approve", None, MARCH_1 + timedelta(days=1))


def test_nobody_is_looked_at_because_another_invoice_reached_the_step():
    world = World({"offset_days": 5})
    customer = world.customer()
    oldest = world.invoice(customer, late=10)
    world.invoice(customer, late=3)
    world.night()
    [account] = Account.objects.all()
    assert account.look_on == oldest.due_on + timedelta(days=91)
