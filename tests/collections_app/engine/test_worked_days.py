"""A step of working days only opens on worked days, whenever it was reached and first seen."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings, strategies as st

from collections_app.actions.models import Action
from collections_app.engine.models import Account, Decision, MorningReport, RunStage
from collections_app.engine.morning.wording import anomaly_sentence
from collections_app.engine.queries import explain
from collections_app.engine.wording import account_sentence, item_sentence
from crm.accounts.calendars import next_worked_day
from crm.accounts.models import EntityClosure
from crm.events.models import Event
from telephony.messaging.models import Message
from tests.collections_app.engine.world import World

pytestmark = pytest.mark.django_db
SATURDAY, SUNDAY, MONDAY = (date(2026, 3, day) for day in (14, 15, 16))
MAIL = {"offset_days": 5, "email": True, "working_days_only": True}


def house(*steps, **options):
    world = World(*steps, **options)
    world.entity.working_days = [1, 2, 3, 4, 5]
    world.entity.save()
    return world


def backlog(world, late=300):
    """One customer whose invoice is late since long, first seen on a Saturday."""
    customer = world.customer()
    world.invoice(customer, late=late, on=SATURDAY)
    return customer


def opened():
    return list(Action.objects.order_by("opened_on", "pk").values_list("step_code", "opened_on"))


def weekend(world):
    for on in (SATURDAY, SATURDAY, SUNDAY):
        world.night(on)


@pytest.mark.parametrize("late", [5, 6, 300])
@pytest.mark.parametrize("mode", ["automatic", "todo", "approval"])
def test_first_seen_on_a_saturday_it_opens_on_the_monday(late, mode):
    world = house({**MAIL, "mode": mode})
    backlog(world, late)
    weekend(world)
    assert (opened(), Message.objects.count()) == ([], 0)
    world.night(MONDAY)
    world.night(MONDAY)
    assert opened() == [("s5", MONDAY)]


def test_any_other_step_opens_on_the_saturday():
    world = house({**MAIL, "working_days_only": False})
    backlog(world)
    world.night(SATURDAY)
    assert opened() == [("s5", SATURDAY)]


@pytest.mark.parametrize(("policy", "step"), [("first_step", "s5"), ("step_by_age", "s15")])
def test_a_backlog_enters_at_the_step_of_its_policy(policy, step):
    world = house(MAIL, {**MAIL, "offset_days": 15}, entry_policy=policy)
    backlog(world)
    weekend(world)
    world.night(MONDAY)
    assert opened() == [(step, MONDAY)]


def test_the_end_of_a_gap_that_is_not_worked_waits_as_well():
    world = house({**MAIL, "mode": "todo"}, {**MAIL, "mode": "todo", "offset_days": 10, "gap_days": 3})
    customer = backlog(world)
    wednesday = SATURDAY - timedelta(days=3)
    world.night(wednesday)
    world.do(wednesday)
    world.night(wednesday + timedelta(days=1))
    assert explain(customer, on=wednesday + timedelta(days=1)).accounts[0].next_look_on == MONDAY
    weekend(world)
    world.night(MONDAY)
    assert opened() == [("s5", wednesday), ("s10", MONDAY)]


def test_the_account_is_looked_at_again_on_the_next_worked_day():
    world = house(MAIL, {"offset_days": 40})
    backlog(world, late=20)
    world.night(SATURDAY)
    assert Account.objects.get().look_on == MONDAY
    assert list(Decision.objects.values_list("outcome", "next_look_on")) == [("waiting_day", MONDAY)]
    world.night(SUNDAY)
    assert RunStage.objects.get(run__on=SUNDAY, name="customers").rows == 0


def test_the_night_says_what_waits_for_a_worked_day():
    world = house(MAIL)
    backlog(world)
    tried, did = world.night(SATURDAY, dry_run=True), world.night(SATURDAY)
    assert (tried.actions_opened, tried.blocked) == (did.actions_opened, did.blocked) == ({}, {"waiting_day": 1})
    assert world.night(SUNDAY).blocked == {"waiting_day": 1}
    assert world.night(MONDAY).blocked == {}


@pytest.mark.parametrize("full", [False, True])
def test_a_step_reached_on_a_saturday_is_said_to_wait_that_night_whoever_is_looked_at(full):
    world = house(MAIL)
    backlog(world, late=5)
    found = [world.night(SATURDAY + timedelta(days=day), full=full).blocked for day in (-1, 0, 1, 2)]
    assert found == [{}, {"waiting_day": 1}, {"waiting_day": 1}, {}]
    said = list(Decision.objects.order_by("on").values_list("outcome", "on", "next_look_on"))
    friday = SATURDAY - timedelta(days=1)
    assert said == [
        ("waiting_age", friday, MONDAY),
        ("waiting_day", SATURDAY, MONDAY),
        ("open_action", MONDAY, None),
    ]


def test_it_is_explained_with_the_day():
    world = house(MAIL)
    customer = backlog(world)
    world.regroup(SATURDAY)
    sentence = (
        "L’étape Étape +5 est atteinte, mais ne part que les jours ouvrés\xa0: son action s’ouvre le 16/03/2026, "
        "prochain jour ouvré."
    )
    [account] = explain(customer, on=SATURDAY).accounts
    assert (account.outcome, account.next_look_on, account_sentence(account)) == ("waiting_day", MONDAY, sentence)
    world.night(SATURDAY)
    world.night(MONDAY)
    past = explain(customer, on=SUNDAY)
    assert (past.source, [account_sentence(account) for account in past.accounts]) == ("recorded", [sentence])


def test_a_step_reached_later_tells_the_worked_day_it_opens():
    world = house(MAIL)
    customer = backlog(world, late=5)
    world.regroup(SATURDAY)
    [account] = explain(customer, on=SATURDAY - timedelta(days=1)).accounts
    assert (account.outcome, account.next_look_on) == ("waiting_age", MONDAY)


def test_a_step_of_one_invoice_waits_and_holds_the_later_one_of_its_account():
    world = house({**MAIL, "unit": "invoice"}, {"offset_days": 15})
    customer = backlog(world)
    world.regroup(SATURDAY)
    [account] = explain(customer, on=SATURDAY).accounts
    [item] = account.items
    assert (account.outcome, item.outcome, item.next_look_on) == ("by_invoice", "waiting_day", MONDAY)
    assert item_sentence(item).endswith("son action s’ouvre le 16/03/2026.")
    weekend(world)
    assert (opened(), Account.objects.get().look_on) == ([], MONDAY)
    world.night(MONDAY)
    assert opened() == [("s5", MONDAY)]


def test_a_preventive_step_waits_and_no_earlier_one_opens_instead():
    world = house({**MAIL, "offset_days": -4}, {"offset_days": -9})
    customer = backlog(world, late=-3)
    world.regroup(SATURDAY)
    [account] = explain(customer, on=SATURDAY).accounts
    [item] = account.items
    assert (item.outcome, item.next_look_on) == ("announced_on_worked_day", MONDAY)
    assert item_sentence(item).endswith("annoncée le 16/03/2026, prochain jour ouvré.")
    weekend(world)
    assert (opened(), Account.objects.get().look_on) == ([], MONDAY)
    world.night(MONDAY)
    world.night(MONDAY)
    assert opened() == [("s-4", MONDAY)]


def close(world, first, days):
    EntityClosure.objects.bulk_create(
        EntityClosure(entity=world.entity, on=first + timedelta(days=number)) for number in range(days)
    )


@pytest.mark.parametrize("full", [False, True])
def test_a_season_closed_keeps_the_step_for_the_day_it_ends(full):
    world = house(MAIL)
    customer = backlog(world, late=1)
    world.regroup(SATURDAY)
    close(world, MONDAY, 98)
    reopens = MONDAY + timedelta(days=98)
    world.night(SATURDAY, full=full)
    assert explain(customer, on=SATURDAY).accounts[0].next_look_on == reopens
    for on in (MONDAY + timedelta(days=80), reopens - timedelta(days=1)):
        world.night(on, full=full)
    assert (opened(), Account.objects.get().look_on) == ([], reopens)
    world.night(reopens, full=full)
    assert opened() == [("s5", reopens)]


def test_a_closure_a_year_ahead_does_not_stop_tonight():
    world = house(MAIL)
    backlog(world)
    close(world, MONDAY + timedelta(days=330), 500)
    world.night(MONDAY)
    assert opened() == [("s5", MONDAY)]


@pytest.mark.parametrize(
    "step", [MAIL, {**MAIL, "working_days_only": False}, {"offset_days": 5, "unit": "invoice"}, {"offset_days": -9}]
)
@pytest.mark.parametrize(("late", "policy"), [(300, "first_step"), (300, "by_hand"), (-3, "first_step")])
def test_a_calendar_without_a_worked_day_ahead_opens_nothing_and_says_so(step, late, policy):
    world = house(step, entry_policy=policy)
    customer = backlog(world, late=late)
    close(world, MONDAY, 1300)
    world.regroup(SATURDAY)
    [account] = explain(customer, on=SATURDAY).accounts
    assert account_sentence(account)
    assert [item_sentence(item) for item in account.items]
    for on in (SATURDAY, SUNDAY, MONDAY, MONDAY + timedelta(days=450)):
        world.night(on)
    assert (opened(), Message.objects.count()) == ([], 0)


def test_such_a_night_tells_the_supervisors_and_goes_on_when_the_calendar_is_put_right():
    world = house(MAIL)
    customer = backlog(world)
    other = house(MAIL)
    backlog(other)
    tuesday = MONDAY + timedelta(days=1)
    close(world, tuesday, 900)
    assert world.night(MONDAY).blocked == {"no_worked_day": 1}
    assert other.night(MONDAY).actions_opened == {"s5": 1}
    report = MorningReport.objects.get(entity=world.entity)
    assert [anomaly_sentence(anomaly) for anomaly in report.anomalies] == [
        "Le calendrier de l’entité n’a aucun jour ouvré après le 16/03/2026 : rien n’est ouvert. Vérifiez ses jours de "
        "fermeture et ses jours ouvrés."
    ]
    assert [event.kind for event in Event.objects.filter(entity_id=world.entity.pk)] == ["night.unusual"]
    [account] = explain(customer, on=MONDAY).accounts
    assert account_sentence(account) == (
        "L’étape Étape +5 est atteinte, mais le calendrier de l’entité n’a plus de jour ouvré : rien n’est ouvert "
        "avant qu’il soit corrigé."
    )
    EntityClosure.objects.filter(entity=world.entity, on__gt=tuesday).delete()
    assert world.night(tuesday).actions_opened == {}
    assert world.night(tuesday + timedelta(days=1)).actions_opened == {"s5": 1}


def test_who_comes_back_after_such_a_closure_is_reminded_on_the_first_worked_day():
    world = house(MAIL)
    backlog(world, late=1)
    world.night(SATURDAY)
    close(world, MONDAY, 500)
    reopens = next_worked_day(world.entity, MONDAY + timedelta(days=450))
    for on in (MONDAY, reopens - timedelta(days=100), reopens - timedelta(days=1), reopens):
        world.night(on)
    assert opened() == [("s5", reopens)]


@pytest.mark.parametrize("full", [False, True])
def test_what_would_be_announced_during_a_closure_leaves_on_the_last_worked_day_and_says_why(full):
    """Announced a week before the due date: the day of the step lies in three weeks of closure from Monday on."""
    world = house({**MAIL, "offset_days": -7})
    customer = backlog(world, late=-17)
    close(world, MONDAY, 21)
    friday = SATURDAY - timedelta(days=1)
    for number in (-3, -2):
        world.night(SATURDAY + timedelta(days=number), full=full)
        assert opened() == []
    [account] = explain(customer, on=friday).accounts
    assert item_sentence(account.items[0]) == (
        "Pas encore échue\xa0: annoncée par un message préventif le dernier jour ouvré avant le 24/03/2026, "
        "jour de son étape."
    )
    world.night(friday, full=full)
    assert opened() == [("s-7", friday)]


@settings(max_examples=8, deadline=None)
@given(
    late=st.integers(-6, 20),
    seen=st.integers(0, 6),
    closed=st.sets(st.integers(0, 12), max_size=4),
    unit=st.sampled_from(["account", "invoice"]),
    full=st.booleans(),
)
def test_it_opens_on_the_first_worked_day_on_which_it_is_due_and_seen(late, seen, closed, unit, full):
    """`late` at the night that first sees the invoice, `seen` days after a Saturday."""
    with transaction.atomic():
        world = house({**MAIL, "unit": unit})
        EntityClosure.objects.bulk_create(
            EntityClosure(entity=world.entity, on=SATURDAY + timedelta(days=day)) for day in closed
        )
        first = SATURDAY + timedelta(days=seen)
        expected = next_worked_day(world.entity, first + timedelta(days=max(0, 5 - late)))
        world.night(first - timedelta(days=1), full=full)
        world.invoice(world.customer(), late=late, on=first)
        for number in range((expected - first).days + 2):
            world.night(first + timedelta(days=number), full=full)
        assert opened() == [("s5", expected)]
        transaction.set_rollback(True)
