"""Rehearsal: all is decided, nothing leaves, and what was decided meanwhile does not leave unseen when it is lifted."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from collections_app.actions.models import Action, Cycle
from collections_app.actions.operations import KeptHome, send_now
from collections_app.engine import rehearsal
from collections_app.engine.exceptions import RehearsalRefused
from collections_app.engine.models import MorningReport
from collections_app.engine.morning.surges import FEW
from collections_app.engine.morning.wording import anomaly_sentence
from crm.events.operations import deliver_waiting
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message
from tests.collections_app.engine.world import World, noon
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.letters import TemplateVersionFactory
from tests.factories.messaging import a_world
from tests.factories.segments import GroupFactory, MembershipFactory

pytestmark = pytest.mark.django_db
MARCH_3 = date(2026, 3, 3)
PUBLIC_BODIES = {"fact": "kind", "is": "in", "value": ["public_body"]}


def after(days):
    return MARCH_3 + timedelta(days=days)


@pytest.fixture
def world():
    """Two steps by e-mail, at 5 and 20 days; a customer 6 days late; the entity rehearses."""
    world = World({"offset_days": 5, "email": True}, {"offset_days": 20, "email": True})
    for step in world.steps:
        TemplateVersionFactory(template=step.template)
    world.late = world.invoice(world.customer(), late=6, on=MARCH_3)
    rehearsal.start(world.entity, by=world.person, at=noon(MARCH_3))
    world.entity.refresh_from_db()
    return world


def lifted(world, choice, on):
    taken_back = rehearsal.lift(world.entity, choice=choice, by=world.person, at=noon(on))
    world.entity.refresh_from_db()
    return taken_back


def test_all_is_decided_and_nothing_leaves(world):
    report = world.night(MARCH_3)
    assert (report.actions_opened, report.blocked, Message.objects.count()) == ({"s5": 1}, {"rehearsal": 1}, 0)
    assert world.opened() == [("s5", "scheduled")]


def test_a_person_s_sending_is_held_back_with_the_reason(world):
    world.night(MARCH_3)
    Action.objects.update(mode="todo", state="todo")
    with pytest.raises(KeptHome, match="répétition"):
        send_now(Action.objects.get(), by=world.person, at=noon(MARCH_3))
    assert (Action.objects.get().state, Message.objects.count()) == ("todo", 0)


def test_what_was_queued_before_is_stopped_in_the_outbox(world):
    lifted(world, "still_due", MARCH_3)
    world.night(MARCH_3)
    rehearsal.start(world.entity, by=world.person, at=noon(MARCH_3))
    with a_world() as network:
        assert messaging.send_one(Message.objects.get().pk, noon(MARCH_3)) == "blocked"
    deliver_waiting("actions", at=noon(MARCH_3))
    assert (network.sent, Action.objects.get().state) == ([], "scheduled")


def test_what_a_person_asked_for_before_is_stopped_there_too(world):
    world.night(MARCH_3)
    lifted(world, "still_due", MARCH_3)
    Action.objects.update(mode="todo", state="todo")
    message = send_now(Action.objects.get(), by=world.person, at=noon(MARCH_3))
    rehearsal.start(world.entity, by=world.person, at=noon(MARCH_3))
    with a_world() as network:
        assert messaging.send_one(message.pk, noon(MARCH_3)) == "blocked"
    message.refresh_from_db()
    assert (network.sent, message.reason) == ([], "rehearsal: entity_rehearses")


def test_still_due_leaves_the_night_after_it_is_lifted(world):
    world.night(MARCH_3)
    assert lifted(world, "still_due", after(1)) == 0
    world.night(after(1))
    assert Message.objects.get().state == "planned"


def test_from_now_takes_back_what_was_due_and_the_next_step_comes_at_its_age(world):
    world.night(MARCH_3)
    assert lifted(world, "from_now", after(1)) == 1
    for day in range(1, 14):
        world.night(after(day))
    assert (world.opened(), Cycle.objects.get().passed_offset) == ([("s5", "cancelled")], 7)
    world.night(after(14))
    assert world.opened() == [("s5", "cancelled"), ("s20", "scheduled")]


def rehearsed(world, nights, customers):
    """As many nights in rehearsal, each with as many customers who reach the first step."""
    for day in range(nights):
        come(world, customers, day)
        world.night(after(day))


def come(world, customers, day):
    for _ in range(customers):
        world.invoice(world.customer(), late=5, on=after(day))


def last_report():
    report = MorningReport.objects.latest("on")
    return report.state, report.messages, report.anomalies


def test_a_night_as_those_of_the_rehearsal_would_have_been_is_not_held(world):
    rehearsed(world, 4, FEW)
    lifted(world, "from_now", after(4))
    come(world, FEW, 4)
    world.night(after(4))
    assert (last_report(), Message.objects.count()) == (("clear", 0, []), FEW)


def test_what_several_nights_kept_back_is_held_where_it_would_leave_at_once(world):
    rehearsed(world, 10, 2)
    lifted(world, "still_due", after(10))
    world.night(after(10))
    flood = {"code": "flood", "queued": 21, "usual": 2, "peak": 2, "rehearsed": 10}
    assert last_report() == ("held", 21, [flood])
    assert "10 de ces nuits étaient en répétition" in anomaly_sentence(flood)


@pytest.mark.parametrize(("late", "decided", "later"), [(-2, ["s-3"], 4), (3, ["s2"], 5), (9, ["s2"], 3)])
def test_from_now_counts_what_was_announced_or_said_of_one_invoice_as_passed(late, decided, later):
    of_invoice = {"unit": "invoice", "email": True, "gap_days": 0}
    world = World({"offset_days": -3, "email": True}, *({"offset_days": days, **of_invoice} for days in (2, 8, 12)))
    customer = world.customer()
    world.invoice(customer, late=20, on=MARCH_3)
    world.night(after(-9))  # the cycle is open before the other invoice falls due
    world.do(after(-9))
    rehearsal.start(world.entity, by=world.person, at=noon(after(-9)))
    world.entity.refresh_from_db()
    mine = Action.objects.filter(lines__invoice=world.invoice(customer, late=late, on=MARCH_3)).order_by("pk")
    world.night(after(-6 if late == 9 else 0))
    assert list(mine.values_list("step_code", "state")) == [(step, "scheduled") for step in decided]
    lifted(world, "from_now", MARCH_3)
    for day in range(1, later):
        world.night(after(day))
    assert list(mine.values_list("step_code", "state")) == [(step, "skipped") for step in decided]
    world.night(after(later))
    assert [state for _step, state in mine.values_list("step_code", "state")] == ["skipped", "scheduled"]


def test_a_pilot_is_one_live_group_of_an_entity_in_rehearsal(world):
    rehearsal.set_group(world.group, "live", by=world.person, at=noon(MARCH_3))
    world.night(MARCH_3)
    assert Message.objects.count() == 1


def test_a_group_rehearses_in_a_live_entity(world):
    rehearsal.set_group(world.group, "rehearsing", by=world.person, at=noon(MARCH_3))
    lifted(world, "from_now", MARCH_3)
    assert world.night(MARCH_3).blocked == {"rehearsal": 1}
    assert rehearsal.set_group(world.group, "", choice="from_now", by=world.person, at=noon(MARCH_3)) == 1


def test_the_group_he_was_in_before_says_nothing(world):
    lifted(world, "from_now", MARCH_3)
    former = GroupFactory(entity=world.entity, rehearsal="rehearsing", criteria=PUBLIC_BODIES)
    MembershipFactory(customer=world.late.customer, group=former, from_on=after(-9), to_on=after(-8))
    world.night(MARCH_3)
    assert Message.objects.count() == 1


def test_a_person_reads_that_it_is_the_group_that_rehearses(world):
    lifted(world, "from_now", MARCH_3)
    rehearsal.set_group(world.group, "rehearsing", by=world.person, at=noon(MARCH_3))
    world.night(MARCH_3)
    Action.objects.update(mode="todo", state="todo")
    with pytest.raises(KeptHome, match="Le groupe du client est en répétition"):
        send_now(Action.objects.get(), by=world.person, at=noon(MARCH_3))


@pytest.fixture
def two_groups(world):
    """That of public bodies rehearses beside the default one; a customer 6 days late in each, decided by one night."""
    group = GroupFactory(entity=world.entity, criteria=PUBLIC_BODIES, scenario=world.version.scenario)
    world.invoice(world.customer(public_body=True), late=6, on=MARCH_3)
    world.regroup(MARCH_3)
    world.night(MARCH_3)
    return group


def by_kind(model, *values):
    return list(model.objects.order_by("customer__kind").values_list("customer__kind", *values))


def test_from_now_leaves_the_groups_that_go_on_rehearsing(world, two_groups):
    taken_back = rehearsal.set_group(two_groups, "live", choice="from_now", by=world.person, at=noon(MARCH_3))
    assert (taken_back, by_kind(Action, "state")) == (1, [("professional", "scheduled"), ("public_body", "cancelled")])
    assert by_kind(Cycle, "passed_offset") == [("professional", None), ("public_body", 6)]


def test_from_now_leaves_accounts_a_person_holds(world, two_groups):
    Cycle.objects.filter(customer__kind="public_body").update(by_hand=True)
    lifted(world, "from_now", MARCH_3)
    assert by_kind(Cycle, "by_hand", "passed_offset") == [("professional", False, 6), ("public_body", True, None)]


def test_only_what_rehearses_is_lifted(world):
    with pytest.raises(RehearsalRefused):
        rehearsal.lift(EntityFactory(), choice="from_now", by=world.person, at=noon(MARCH_3))


def test_the_page_starts_and_lifts_it(client, world):
    world.night(MARCH_3)
    client.force_login(UserFactory(supervisor=True, sees=world.entity))
    page = reverse("admin:engine_rehearsal", args=[world.entity.pk])
    text = client.get(page).content.decode()
    assert "1 action attend" in text
    client.post(page, {"verb": "lift", "choice": "from_now"})
    world.entity.refresh_from_db()
    assert (world.entity.rehearsing_since, Action.objects.get().state) == (None, "cancelled")


@pytest.mark.parametrize("name", ["worklist", "supervision", "admin:index"])
def test_the_pages_say_it(client, world, name):
    client.force_login(UserFactory(supervisor=True, sees=world.entity))
    assert "en répétition" in client.get(reverse(name)).content.decode()


def test_the_page_asks_as_much_for_many_groups(client, world, django_assert_num_queries):
    GroupFactory.create_batch(2, entity=world.entity)
    client.force_login(UserFactory(supervisor=True, sees=world.entity))
    client.get(reverse("admin:engine_rehearsal", args=[world.entity.pk]))
    with django_assert_num_queries(3):
        assert len(rehearsal.group_states(world.entity)) == 4


def test_an_entity_that_is_not_live_yet_is_not_said_live(client):
    entities = [EntityFactory(live_since=since) for since in ("2020-01-01", None)]
    GroupFactory(entity=entities[1], default=True)
    client.force_login(UserFactory(administrator=True))
    each = [reverse("admin:engine_rehearsal", args=[entity.pk]) for entity in entities]
    pages = [client.get(page).text for page in (reverse("admin:engine_rehearsals"), *each)]
    told = [re.findall(r'<span class="chip[^>]*>([^<]*)</span>', page) for page in pages]
    live, not_yet = "en service", "pas encore en service"
    assert told == [[live, not_yet], [live], [not_yet] * 2]
