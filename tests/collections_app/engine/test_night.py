from datetime import timedelta

import pytest

from collections_app.actions.models import Action
from collections_app.engine.models import DailyFigures
from crm.core.amounts import LARGEST
from crm.law.models import ExchangeRate
from crm.receivables.operations import close_in_ledger
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.accounts import AbsenceFactory, TeamFactory, TeamMemberFactory, UserFactory
from tests.factories.actions import ActionFactory
from tests.factories.paying import pay
from tests.factories.receivables import CreditFactory

pytestmark = pytest.mark.django_db


def test_a_late_customer_gets_the_first_step():
    world = World({"offset_days": 5}, {"offset_days": 15})
    world.invoice(world.customer(), late=6)
    report = world.night()
    assert report.actions_opened == {"s5": 1}
    assert world.opened() == [("s5", "todo")]


def test_running_twice_changes_nothing():
    world = World({"offset_days": 5}, {"offset_days": 15})
    world.invoice(world.customer(), late=30)
    world.night()
    assert world.night().actions_opened == {}
    assert world.opened() == [("s5", "todo")]


def test_a_dry_run_leaves_nothing():
    world = World({"offset_days": 5})
    world.invoice(world.customer(), late=6)
    assert world.night(dry_run=True).actions_opened == {"s5": 1}
    assert world.opened() == []


FIGURES = ("currency", "open_amount", "customers_overdue", "actions_open")


def test_what_is_paid_off_between_two_runs_of_a_day_is_told_as_nothing():
    world = World({"offset_days": 5})
    invoice = world.invoice(world.customer(), late=6)
    world.night()
    assert DailyFigures.objects.values_list(*FIGURES).get() == ("EUR", 100, 1, 1)
    pay(invoice, 100, MARCH_1)
    world.night()
    assert DailyFigures.objects.values_list(*FIGURES).get() == ("EUR", 0, 0, 0)


def test_money_dated_ahead_is_in_no_figure_before_its_day():
    world = World({"offset_days": 5})
    for days, amount in ((0, 10), (1, 30)):
        CreditFactory(customer=world.customer(), received_on=MARCH_1 + timedelta(days=days), amount=amount)
    for days in (0, 1):
        world.night(MARCH_1 + timedelta(days=days))
    assert list(DailyFigures.objects.order_by("on").values_list("unapplied_amount", flat=True)) == [10, 40]


def test_what_is_paid_off_is_told_as_nothing_once_by_the_next_night():
    world = World({"offset_days": 5})
    customer = world.customer()
    euros, dollars = (world.invoice(customer, late=6, currency=currency) for currency in ("EUR", "USD"))
    world.night()
    close_in_ledger(dollars, on=MARCH_1, at=noon(MARCH_1))
    for days in (1, 2):
        world.night(MARCH_1 + timedelta(days=days))
    told = DailyFigures.objects.filter(currency="USD").order_by("on").values_list("on", "open_amount", "actions_open")
    assert list(told) == [(MARCH_1, 100, 1), (MARCH_1 + timedelta(days=1), 0, 0)]
    assert DailyFigures.objects.filter(currency="EUR", open_amount=euros.amount).count() == 3


def test_open_actions_count_in_a_currency_in_which_nothing_is_owed_any_more():
    world = World({"offset_days": 5})
    ActionFactory(customer=world.customer(), cycle=None, kind="reply", step_offset=None, currency="USD")
    world.night()
    assert DailyFigures.objects.values_list(*FIGURES).get() == ("USD", 0, 0, 1)


def test_the_next_step_waits_for_the_gap():
    world = World({"offset_days": 5, "gap_days": 3}, {"offset_days": 15, "gap_days": 7})
    world.invoice(world.customer(), late=40)
    world.night()
    world.do(MARCH_1)
    world.night(MARCH_1 + timedelta(days=6))
    assert world.opened() == [("s5", "done")]
    world.night(MARCH_1 + timedelta(days=7))
    assert world.opened() == [("s5", "done"), ("s15", "todo")]


def test_an_entry_task_taken_back_comes_again():
    world = World({"offset_days": 5}, {"offset_days": 15}, entry_policy="by_hand")
    world.invoice(world.customer(), late=300)
    world.night()
    Action.objects.update(state="cancelled", closed_at="2026-03-01T12:00Z")
    world.night(MARCH_1 + timedelta(days=1))
    assert world.opened() == [("entry", "todo")]


@pytest.mark.parametrize(("rate", "escalated"), [("2", True), ("0.5", False)])
def test_the_limit_of_escalation_is_in_the_currency_of_the_entity(rate, escalated):
    world = World({"offset_days": 5, "escalate_above": 100})
    ExchangeRate.objects.create(base="USD", quote="EUR", on="2026-01-01", rate=rate)
    customer = world.customer(team=TeamFactory(entity=world.entity, supervisor=UserFactory(supervisor=True)))
    world.group.team = customer.team
    world.group.save()
    world.invoice(customer, late=6, currency="USD", amount=99)
    world.night()
    assert bool(Action.objects.get().escalated_on) is escalated


@pytest.mark.parametrize(("amount", "reasons"), [(6_000_000, []), (7_000_000, ["high_amount"])])
def test_a_high_amount_is_one_in_any_currency(amount, reasons):
    """10000 in the money of the entity would be 15 euros in CFA francs."""
    world = World({"offset_days": 5})
    world.entity.currency = "XOF"
    world.entity.save()
    world.invoice(world.customer(), late=6, currency="XOF", amount=amount)
    world.night()
    assert Action.objects.get().reasons == reasons


def led_by(world):
    """The team of the world's group, with a supervisor."""
    team = TeamFactory(entity=world.entity, supervisor=UserFactory(supervisor=True))
    world.group.team = team
    world.group.save()
    return team


def test_the_tasks_of_who_left_are_given_again_at_the_next_night():
    world = World({"offset_days": 5})
    team = led_by(world)
    gone, stays = UserFactory(), UserFactory()
    TeamMemberFactory(team=team, user=stays)
    world.invoice(world.customer(collector=gone), late=6)
    world.night()
    assert Action.objects.get().owner == gone
    gone.is_active = False
    gone.save()
    world.night(MARCH_1 + timedelta(days=1))
    assert Action.objects.get().owner == stays


def test_nothing_escalates_to_a_supervisor_who_left():
    world = World({"offset_days": 5, "escalate_above": 50})
    team = led_by(world)
    team.supervisor.is_active = False
    team.supervisor.save()
    world.invoice(world.customer(team=team), late=6)
    world.night()
    assert Action.objects.get().escalated_on is None


def test_a_replacement_who_left_receives_nothing():
    world = World({"offset_days": 5})
    away, gone = UserFactory(), UserFactory(is_active=False)
    AbsenceFactory(user=away, replacement=gone)
    world.invoice(world.customer(collector=away), late=6)
    world.night()
    assert Action.objects.get().owner is None


def test_many_of_the_largest_amounts_do_not_stop_it():
    world = World({"offset_days": 5})
    customer = world.customer()
    largest = LARGEST - 1
    for _ in range(150):
        world.invoice(customer, late=6, amount=largest)
    world.night()
    assert Action.objects.get().amount == DailyFigures.objects.get().open_amount == 150 * largest
