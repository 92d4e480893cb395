"""A gate answers allowed, not before an instant, or refused, with its rule; a refusal is one row with two dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from collections_app.actions.models import Action, Refusal
from crm.accounts.models import Entity
from crm.events.operations import deliver_waiting
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message
from tests.collections_app.compliance.situations import sent
from tests.collections_app.engine.world import World, noon
from tests.examples import taken_back
from tests.factories.letters import TemplateVersionFactory
from tests.factories.messaging import a_world

pytestmark = pytest.mark.django_db
MARCH_3 = date(2026, 3, 3)


def after(days):
    return MARCH_3 + timedelta(days=days)


@pytest.fixture
def world():
    return a_mail_to_send()


def a_mail_to_send(**entity):
    """A reminder that leaves by itself, to a professional."""
    world = World({"offset_days": 5, "email": True}, **entity)
    TemplateVersionFactory(template=world.steps[0].template)
    world.late = world.invoice(world.customer(), late=6, on=MARCH_3)
    return world


def live(world, since):
    Entity.objects.filter(pk=world.entity.pk).update(live_since=since)
    world.entity.refresh_from_db()


def refusals(world):
    rows = Refusal.objects.filter(entity=world.entity).order_by("pk")
    return list(rows.values_list("gate", "rule", "first_on", "last_on"))


def test_allowed_it_is_queued_at_once(world):
    world.night(MARCH_3)
    assert list(Message.objects.values_list("state", "not_before_at")) == [("planned", noon(MARCH_3))]
    assert refusals(world) == []


@pytest.mark.parametrize(("late", "answers"), [(1900, [("limitation", "limitation")]), (300, [])])
def test_a_claim_that_is_barred_does_not_leave_by_itself_however_young_the_others_are(world, late, answers):
    world.invoice(world.late.customer, late=late, on=MARCH_3)
    world.night(MARCH_3)
    assert [(gate, rule) for gate, rule, *_ in refusals(world)] == answers
    assert Message.objects.count() == (not answers)


def test_not_before_waits_in_the_outbox_until_that_instant(world):
    address = world.late.customer.addresses.get()
    for day in (1, 2):
        sent(address, noon(MARCH_3 - timedelta(days=day)))
    world.night(MARCH_3)
    message = Message.objects.get(origin="action")
    assert (message.state, message.not_before_at) == ("waiting", noon(after(5)))
    assert Action.objects.get().state == "scheduled"
    assert refusals(world) == []


def test_it_is_asked_again_at_that_instant(world):
    address = world.late.customer.addresses.get()
    for day in (1, 2):
        sent(address, noon(MARCH_3 - timedelta(days=day)))
    world.night(MARCH_3)
    message = Message.objects.get(origin="action")
    address.opted_out_at = noon(after(1))
    address.save()
    with a_world() as network:
        assert messaging.send_one(message.pk, message.not_before_at) == "blocked"
    deliver_waiting("actions", at=message.not_before_at)
    assert network.sent == []
    assert refusals(world) == [("opt_out", "opt_out", after(5), after(5))]
    assert Action.objects.get().channel == "phone"


def test_a_refusal_is_one_row_from_its_first_to_its_last_date(world):
    live(world, None)
    for day in range(4):
        report = world.night(after(day))
        assert report.blocked == {"live": 1}
    assert refusals(world) == [("live", "entity_not_live", MARCH_3, after(3))]
    assert (Action.objects.get().state, Message.objects.count()) == ("scheduled", 0)


def test_what_a_gate_kept_leaves_the_night_it_opens(world):
    live(world, None)
    world.night(MARCH_3)
    live(world, after(1))
    world.night(after(1))
    assert Message.objects.get().state == "planned"
    assert refusals(world) == [("live", "entity_not_live", MARCH_3, MARCH_3)]


def test_what_no_night_will_let_through_becomes_a_persons_task(world):
    world.late.customer.addresses.update(opted_out_at=noon(MARCH_3 - timedelta(days=9)))
    world.night(MARCH_3)
    world.night(after(1))
    action = Action.objects.get()
    assert (action.state, action.channel, Message.objects.count()) == ("todo", "phone", 0)


def test_a_refused_step_is_not_done_and_holds_back_the_next():
    world = World({"offset_days": 5, "email": True}, {"offset_days": 6}, live_since=None)
    world.invoice(world.customer(), late=30, on=MARCH_3)
    world.nights(3, MARCH_3)
    world.night(after(20))
    assert world.opened() == [("s5", "scheduled")]


@settings(max_examples=6, deadline=None)
@given(opened=st.lists(st.booleans(), min_size=1, max_size=6))
@taken_back
def test_whatever_opens_and_closes_there_is_one_row_a_gate_and_one_message(opened):
    world = a_mail_to_send()
    left_on = next((day for day, is_open in enumerate(opened) if is_open), None)
    for day, is_open in enumerate(opened):
        live(world, "2020-01-01" if is_open else None)
        world.night(after(day))
    closed = range(len(opened))[:left_on]
    expected = [("live", "entity_not_live", after(closed[0]), after(closed[-1]))] if closed else []
    assert refusals(world) == expected
    assert Message.objects.filter(entity=world.entity).count() == (left_on is not None)
