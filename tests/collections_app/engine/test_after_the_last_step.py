"""After the last step of a scenario a person decides what follows, again and again: nobody who owes is forgotten."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from collections_app.actions.labels import Outcome, verb
from collections_app.actions.models import Action, ActionLine
from collections_app.actions.operations import NothingToSend, Said, SaidRefused, conclude, send_now, take_back
from collections_app.engine.models import Account
from collections_app.engine.operations import run_night
from collections_app.engine.queries import explain
from collections_app.engine.wording import account_sentence
from crm.accounts.calendars import days_at
from crm.holds.operations import lift_hold, place_hold
from crm.receivables.forms import CustomerFilters
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.paying import pay
from tests.factories.scenarios import TemplateFactory, published_scenario

pytestmark = pytest.mark.django_db
LADDER = ({"offset_days": 5}, {"offset_days": 15, "repeat_after_days": 20})
DECISION = {"offset_days": 15, "mode": "decision", "owner": "supervisor", "repeat_after_days": 20}


def after(days: int) -> date:
    return MARCH_1 + timedelta(days=days)


def finished(*steps, **world):
    """A world where a customer of 16 days late has had all steps; the last was done ten days after MARCH_1."""
    world = World(*(steps or LADDER), **world)
    customer = world.customer()
    world.invoice(customer, late=16, number="OLD")
    for day in (0, 10):
        world.night(after(day))
        world.do(after(day))
    return world, customer


def sentence(customer, on):
    with translation.override("en"):
        return account_sentence(explain(customer, on=on).accounts[0])


def planned_for_nobody(world, on):
    filters = CustomerFilters(
        {"situation": "unplanned"}, user=UserFactory(role="supervisor", sees=world.entity), days=days_at(noon(on))
    )
    return list(filters.narrow())


def test_what_falls_due_after_the_last_step_comes_before_a_person_at_the_stated_pace():
    world, customer = finished()
    world.invoice(customer, late=-12, number="NEW")
    for day in (11, 28, 29):
        world.night(after(day))
    assert world.opened() == [("s5", "done"), ("s15", "done")]
    world.night(after(30))
    asked = Action.objects.get(kind="follow_up")
    numbers = sorted(ActionLine.objects.filter(action=asked).values_list("invoice__number", flat=True))
    assert (asked.state, asked.mode, numbers, asked.amount) == ("todo", "decision", ["NEW", "OLD"], 200)
    assert verb(asked) == "Décider de la suite"
    world.night(after(35))
    world.do(after(35))
    for day in (36, 54, 55, 60):
        world.night(after(day))
    asked_on = Action.objects.filter(kind="follow_up").order_by("opened_on").values_list("opened_on", flat=True)
    assert list(asked_on) == [after(30), after(55)]


def test_the_same_night_twice_asks_once_and_the_reason_says_why():
    world, _customer = finished()
    assert (world.night(after(30)).actions_opened, world.night(after(30)).actions_opened) == ({"follow-up": 1}, {})
    assert Action.objects.get(kind="follow_up").reasons == ["ladder_finished"]


def test_a_skipped_decision_comes_back_at_the_same_pace():
    world, _customer = finished()
    world.night(after(30))
    Action.objects.open().update(state="skipped", closed_at=noon(after(30)))
    for day in (31, 49, 50):
        world.night(after(day))
    assert [(x.opened_on, x.state) for x in Action.objects.filter(kind="follow_up").order_by("pk")] == [
        (after(30), "skipped"), (after(50), "todo"),
    ]  # fmt: skip


def test_it_goes_to_the_supervisor_of_the_team():
    world, customer = finished()
    boss = UserFactory(role="supervisor", sees=world.entity)
    customer.team = world.group.team = TeamFactory(entity=world.entity, supervisor=boss)
    world.group.save()
    customer.save()
    world.night(after(30), full=True)
    assert Action.objects.get(kind="follow_up").owner == boss


def test_night_dry_run_and_explanation_say_the_same():
    world, customer = finished()
    world.night(after(12))
    text = "All steps of the scenario are done in this cycle: a person is asked to decide what follows"
    assert sentence(customer, after(12)) == f"{text} on 31/03/2026."
    assert run_night(world.entity, on=after(30), at=noon(after(30)), dry_run=True).actions_opened == {"follow-up": 1}
    assert sentence(customer, after(30)) == f"{text}."
    world.night(after(30))
    world.night(after(31))
    assert explain(customer, on=after(30)).accounts[0].outcome == "open_action"
    assert (
        sentence(customer, after(31)) == "An action of this cycle is still open: the next step waits until it is done."
    )
    assert [item.outcome for item in explain(customer, on=after(31)).accounts[0].items] == ["carried"]


@pytest.mark.parametrize("ends", ["hold", "paid"])
def test_nothing_is_asked_of_what_is_held_or_paid(ends):
    world, customer = finished()
    world.night(after(30))
    invoice = customer.invoices.get()
    if ends == "paid":
        pay(invoice, invoice.amount, after(30))
    else:
        hold = place_hold(customer, kind="legal", reason="x", starts_on=after(31), by=world.person, at=noon(after(30)))
    world.night(after(31))
    assert Action.objects.get(kind="follow_up").state == "cancelled"
    if ends == "hold":
        lift_hold(hold, on=after(33), by=world.person, at=noon(after(33)))
        world.night(after(33))
        assert [x.state for x in Action.objects.filter(kind="follow_up").order_by("pk")] == ["cancelled", "todo"]


def test_invoices_with_steps_of_their_own_come_first():
    world, customer = finished(
        {"offset_days": 5, "repeat_after_days": 3}, {"offset_days": 40, "unit": "invoice", "repeat_after_days": 3}
    )
    world.night(after(11))
    assert explain(customer, on=after(12)).accounts[0].outcome == "invoices_first"
    world.nights(13, start=after(12))
    assert world.opened() == [("s5", "done"), ("s40", "todo")]
    world.do(after(24))
    world.nights(4, start=after(25))
    assert world.opened() == [("s5", "done"), ("s40", "done"), ("follow-up", "todo")]


def test_a_decision_of_the_scenario_is_asked_as_one():
    finished({"offset_days": 5}, DECISION)
    assert Action.objects.get(step_code="s15").mode == "decision"


def test_who_is_late_with_nothing_to_come_is_in_a_list():
    world, customer = finished({"offset_days": 5}, {"offset_days": 15, "minimum_amount": 500, "repeat_after_days": 20})
    assert (planned_for_nobody(world, after(10)), Account.objects.get().outcome) == ([customer], "below_minimum")
    world.invoice(customer, late=0, on=after(11), amount=500)
    world.night(after(12))
    assert planned_for_nobody(world, after(12)) == []


def test_a_scenario_without_a_step_after_the_due_date_plans_nothing_and_says_so():
    world = World({"offset_days": -3})
    customer = world.customer()
    world.invoice(customer, late=5)
    assert world.night().blocked == {"ladder_finished": 1}
    assert planned_for_nobody(world, MARCH_1) == [customer]
    assert sentence(customer, MARCH_1) == "The scenario has no further step after the due date: nothing is planned."


def test_claimed_again_from_the_first_step_it_goes_through_all_of_them():
    world, _customer = finished()
    world.night(after(30))
    asked = Action.objects.get(kind="follow_up")
    conclude(asked, Said(Outcome.RESTART), by=UserFactory(role="collector"), at=noon(after(30)))
    world.night(after(31))
    assert world.opened() == [("s5", "done"), ("s15", "done"), ("follow-up", "done"), ("s5", "todo")]


@pytest.mark.parametrize("outcome", [Outcome.LAWYER, Outcome.WAIT])
def test_what_is_put_aside_leaves_the_newer_invoices_all_steps(outcome):
    world, customer = finished()
    world.night(after(30))
    asked = Action.objects.get(kind="follow_up")
    conclude(asked, Said(outcome, on=after(200)), by=UserFactory(role="collector"), at=noon(after(30)))
    world.invoice(customer, late=-5, on=after(30), number="NEW")
    world.nights(10, start=after(31))
    waiting = Action.objects.open().get()
    assert (waiting.step_code, waiting.opened_on) == ("s5", after(40))
    assert [line.invoice.number for line in waiting.lines.all()] == ["NEW"]


def test_another_scenario_with_more_steps_goes_on_before_it_is_asked():
    world, _customer = finished()
    other = published_scenario(world.entity, steps=[{"offset_days": 25}])
    world.group.scenario = other.scenario
    world.group.save()
    world.night(after(30))
    assert world.opened() == [("s5", "done"), ("s15", "done"), ("s25", "todo")]


def decided(outcome: Outcome, *, days: int, on: date, **said):
    asked = Action.objects.filter(kind="follow_up").last()
    return conclude(asked, Said(outcome, on=on + timedelta(days=days), **said), by=UserFactory(), at=noon(on))


def refreshed(action: Action) -> Action:
    return Action.objects.get(pk=action.pk)


def test_it_is_asked_again_on_the_day_that_was_said_though_the_pace_is_slower():
    world, _customer = finished()
    world.night(after(30))
    decided(Outcome.LAWYER, days=5, on=after(30))
    world.nights(4, start=after(31))
    assert not Action.objects.open().exists()
    world.night(after(35))
    assert Action.objects.open().get().kind == "follow_up"


def test_a_day_that_was_said_before_the_last_decision_asks_nothing_more():
    world, _customer = finished()
    world.night(after(30))
    decided(Outcome.LAWYER, days=5, on=after(30))
    world.nights(5, start=after(31))
    decided(Outcome.OTHER, days=0, on=after(36))
    world.nights(5, start=after(37))
    assert not Action.objects.open().exists()


def test_nothing_is_handed_over_where_all_of_it_is_suspended():
    world, customer = finished()
    world.night(after(30))
    place_hold(customer, kind="legal", reason="avocat", starts_on=after(30), by=UserFactory(), at=noon(after(30)))
    with pytest.raises(SaidRefused, match="déjà suspendu"):
        decided(Outcome.AGENCY, days=5, on=after(30))
    assert Action.objects.get(kind="follow_up").state == "todo"


def test_claimed_again_the_other_tasks_of_the_cycle_wait_no_more():
    world, _customer = finished()
    world.night(after(30))
    asked = Action.objects.get(kind="follow_up")
    other = Action.objects.get(step_code="s15")
    Action.objects.filter(pk=other.pk).update(state="todo", outcome="", closed_at=None, closed_by=None)
    deed = decided(Outcome.RESTART, days=0, on=after(30)).deed
    assert (refreshed(other).state, refreshed(other).outcome) == ("cancelled", "begun_again")
    take_back(deed.pk, by=deed.by, at=noon(after(30)))
    assert [(one.state, one.outcome) for one in (refreshed(asked), refreshed(other))] == [("todo", "")] * 2


def test_a_decision_sends_nothing():
    world, _customer = finished({"offset_days": 5, "email": True}, DECISION)
    asked = Action.objects.get(step_code="s15")
    template = TemplateFactory(entity=world.entity)
    Action.objects.filter(pk=asked.pk).update(
        state="todo", outcome="", closed_at=None, channel="email", template=template
    )
    with pytest.raises(NothingToSend):
        send_now(refreshed(asked), by=UserFactory(), at=noon(after(11)))
