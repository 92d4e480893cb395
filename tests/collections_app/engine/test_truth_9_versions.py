"""Versions: what an action was generated from is frozen in it, and what left is frozen in its message."""

from datetime import timedelta

import pytest
from hypothesis import given, settings, strategies as st

from collections_app.actions.models import Action, Cycle
from collections_app.engine.queries import explain
from collections_app.letters.models import TemplateVersion
from collections_app.scenarios.models import ScenarioVersion
from collections_app.scenarios.operations import create_draft
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message
from telephony.messaging.operations.freezing import body
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.examples import taken_back
from tests.factories.letters import TemplateVersionFactory
from tests.factories.messaging import a_world
from tests.factories.scenarios import PUBLISHED_AT, StepFactory, TemplateFactory
from tests.factories.segments import GroupFactory

pytestmark = pytest.mark.django_db
MONDAY = MARCH_1 + timedelta(days=1)


def after(days):
    return MARCH_1 + timedelta(days=days)


def publish(world, *steps):
    """The next version of the scenario of `world`, in force from now on."""
    draft = create_draft(world.version.scenario, by=None)
    draft.steps.all().delete()
    for step in steps:
        StepFactory(version=draft, **step)
    ScenarioVersion.objects.filter(pk=world.version.pk).update(state="retired")
    ScenarioVersion.objects.filter(pk=draft.pk).update(state="published", published_at=PUBLISHED_AT)
    world.version = ScenarioVersion.objects.get(pk=draft.pk)
    return world.version


def frozen(action):
    action.refresh_from_db()
    return action.scenario_version, action.template, action.group, action.channel, action.step_offset


def test_an_open_action_keeps_what_it_was_generated_from():
    world = World({"offset_days": 5, "code": "first", "email": True, "mode": "approval"})
    customer = world.customer()
    world.invoice(customer, late=10)
    world.night()
    action = Action.objects.get()
    before = frozen(action)
    assert before == (world.version, world.steps[0].template, world.group, "email", 5)
    publish(world, {"offset_days": 8, "code": "first", "channel": "post", "mode": "approval"})
    GroupFactory(entity=world.entity, priority=1, scenario=world.version.scenario)
    world.nights(2, after(1))
    assert frozen(action) == before


def test_a_new_version_speaks_from_the_next_step_on():
    world = World({"offset_days": 5, "code": "first"}, {"offset_days": 15, "code": "second"})
    world.invoice(world.customer(), late=20)
    world.night()
    old = world.version
    new = publish(world, {"offset_days": 5, "code": "first"}, {"offset_days": 12, "code": "between"})
    world.do(MARCH_1)
    world.night(after(6))
    versions = Action.objects.order_by("pk").values_list("step_code", "scenario_version")
    assert list(versions) == [("first", old.pk), ("between", new.pk)]


def test_the_decision_of_a_past_night_names_the_version_of_then():
    world = World({"offset_days": 5, "code": "first"})
    customer = world.customer()
    world.invoice(customer, late=10)
    world.night()
    old = world.version
    new = publish(world, {"offset_days": 5, "code": "first"}, {"offset_days": 9, "code": "next"})
    world.do(MARCH_1)
    world.night(after(6))
    assert [explain(customer, on=on).accounts[0].version_id for on in (MARCH_1, after(6))] == [old.pk, new.pk]


def test_what_left_keeps_its_words_and_its_version_of_the_template():
    world = World({"offset_days": 5, "email": True})
    template = world.steps[0].template
    said = TemplateVersionFactory(template=template, body="Première version : {{ total.net | money }}")
    world.invoice(world.customer(), late=10, on=MONDAY)
    world.night(MONDAY)
    with a_world():
        messaging.send_one(Message.objects.get().pk, noon(MONDAY))
    TemplateVersionFactory(template=template, number=2, body="Deuxième version")
    message = Message.objects.get()
    assert message.template_version_id == said.pk
    assert "Première version" in body(message)["text"]


def test_what_leaves_says_the_version_in_force_when_it_leaves():
    world = World({"offset_days": 5, "email": True})
    template = world.steps[0].template
    TemplateVersionFactory(template=template, body="Première version")
    world.invoice(world.customer(), late=10, on=MONDAY)
    world.night(MONDAY)
    second = TemplateVersionFactory(template=template, number=2, body="Deuxième version")
    with a_world() as network:
        messaging.send_one(Message.objects.get().pk, noon(MONDAY))
    assert "Deuxième version" in network.sent[0].text
    assert TemplateVersion.objects.get(pk=Message.objects.get().template_version_id) == second


def test_another_template_in_the_scenario_is_not_that_of_an_action_already_open():
    world = World({"offset_days": 5, "code": "first", "email": True})
    world.invoice(world.customer(), late=10)
    world.night()
    publish(world, {"offset_days": 5, "code": "first", "email": True, "template": TemplateFactory(entity=world.entity)})
    world.night(after(1))
    assert Action.objects.get().template == world.steps[0].template


offsets = st.lists(st.integers(1, 40), min_size=1, max_size=4, unique=True)


@settings(max_examples=8, deadline=None)
@given(versions=st.lists(offsets, min_size=2, max_size=5))
@taken_back
def test_whatever_is_published_a_level_never_falls_and_a_step_never_repeats(versions):
    world = World(*({"offset_days": days, "gap_days": 1} for days in versions[0]))
    customer = world.customer()
    world.invoice(customer, late=30)
    on = MARCH_1
    for days in versions[1:]:
        for _ in range(3):
            world.night(on)
            world.do(on)
            on += timedelta(days=2)
        publish(world, *({"offset_days": offset, "gap_days": 1} for offset in days))
    cycle = Cycle.objects.get(customer=customer)
    said = list(cycle.actions.order_by("opened_on", "pk").values_list("step_code", "step_offset"))
    assert [offset for _, offset in said] == sorted(offset for _, offset in said)
    assert len({code for code, _ in said}) == len(said)
