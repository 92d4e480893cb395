"""Delivery tells the truth: from the night to the mailbox, and back when it fails. MARCH_3 is a worked Tuesday."""

from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pytest
from django.db import connection
from psycopg.errors import LockNotAvailable

from collections_app.actions import preparing
from collections_app.actions.bulk import complete
from collections_app.actions.labels import Outcome
from collections_app.actions.models import Action, Refusal
from collections_app.actions.operations import approve, open_manual, send_now
from collections_app.compliance.wording import rule_sentence
from collections_app.engine.queries import explain
from collections_app.letters.languages import NoPublishedVersion
from collections_app.letters.models import Template
from collections_app.letters.pdf import NotDrawn
from crm.core.liquid import TemplateFault
from crm.customers.operations.contacts import ADDRESS_INVALID, OPTED_OUT
from crm.events.operations import deliver_waiting, emit
from crm.holds.models import Hold
from crm.timeline.models import Entry
from telephony.core.channels import Temporary
from telephony.core.news import News
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message
from tests.collections_app.engine.world import World, noon
from tests.factories.letters import TemplateVersionFactory
from tests.factories.messaging import a_world
from tests.factories.paying import pay
from tests.factories.receivables import CreditFactory

pytestmark = pytest.mark.django_db
MARCH_3 = date(2026, 3, 3)
AT = noon(MARCH_3)


@pytest.fixture
def network():
    with a_world() as network:
        yield network


@pytest.fixture
def world():
    world = World({"offset_days": 5, "email": True}, {"offset_days": 15, "gap_days": 5})
    TemplateVersionFactory(template=world.steps[0].template)
    world.late = world.invoice(world.customer(), late=6, on=MARCH_3)
    world.night(MARCH_3)
    return world


def carry(at=AT):
    """The outbox drains, and who listens is told."""
    for message in Message.objects.filter(state__in=("planned", "waiting")).order_by("pk"):
        messaging.send_one(message.pk, at)
    deliver_waiting("actions", at=at)


def told(kind, at, **values):
    """The provider tells something of the last message."""
    message = Message.objects.latest("pk")
    news = News("fake", f"{kind}-{message.pk}", kind, at, provider_id=f"fake-{message.pk}", **values)
    messaging.hear([news], at=at)
    messaging.apply_events(at=at)
    deliver_waiting("actions", at=at)


def action():
    return Action.objects.order_by("pk").first()


def situation():
    return action().state, action().channel, action().outcome


def test_what_the_provider_accepts_completes_the_step(world, network):
    carry()
    assert situation() == ("done", "email", "sent")
    assert [mail.to for mail in network.sent] == [world.late.customer.addresses.get().value]
    assert "100,00" in network.sent[0].text


def test_a_bounce_within_ten_days_reopens_the_step_as_a_call(world, network):
    carry()
    told("bounced", AT + timedelta(days=9), permanent=True, reason="550 no such user")
    assert situation() == ("todo", "phone", "bounced")
    address = world.late.customer.addresses.get()
    assert address.invalid_since is not None


def test_a_late_bounce_changes_nothing_of_the_step(world, network):
    carry()
    told("bounced", AT + timedelta(days=11), permanent=True)
    assert situation() == ("done", "email", "sent")


def test_a_step_that_bounced_is_not_passed(world, network):
    carry()
    told("bounced", AT + timedelta(hours=1), permanent=True)
    world.night(MARCH_3 + timedelta(days=30))
    assert [code for code, _ in world.opened()] == ["s5"]


def test_a_refusal_for_now_is_tried_again_and_burns_nothing(world, network):
    network.failure = Temporary("421")
    carry()
    assert situation()[0] == "scheduled"
    network.failure = None
    carry(AT + timedelta(days=1))
    assert situation() == ("done", "email", "sent")


def test_what_is_paid_before_it_leaves_is_not_claimed(world, network):
    pay(world.late, 100, MARCH_3)
    carry()
    assert network.sent == []
    assert situation() == ("cancelled", "email", "settled")


def test_an_automatic_message_claims_what_is_left_when_it_leaves(world, network):
    CreditFactory(customer=world.late.customer, amount=30)
    carry()
    assert "70,00" in network.sent[0].text
    assert (action().amount, Message.objects.get().amount) == (Decimal(70), Decimal(70))


def test_what_a_person_approved_goes_back_to_him_when_the_balance_changes(world, network):
    Action.objects.update(mode="approval", approved_on=MARCH_3)
    CreditFactory(customer=world.late.customer, amount=30)
    carry()
    assert network.sent == []
    assert (*situation(), action().approved_on) == ("to_approve", "email", "balance_changed", None)
    assert "stale" in action().reasons
    world.night(MARCH_3 + timedelta(days=1))
    assert action().reasons == ["to_approve", "stale"]


def test_a_hold_placed_after_the_night_keeps_the_message_home(world, network):
    Hold.objects.create(
        entity=world.entity, customer=world.late.customer, kind="dispute", reason="avarie", starts_on=MARCH_3,
        created_at=AT,
    )  # fmt: skip
    carry()
    assert network.sent == []
    assert situation()[0] == "cancelled"


def test_who_opted_out_is_called_instead_and_the_refusal_is_kept(world, network):
    world.late.customer.addresses.update(opted_out_at=AT)
    carry()
    assert network.sent == []
    assert situation() == ("todo", "phone", "blocked")
    assert list(Refusal.objects.values_list("gate", "first_on", "last_on")) == [("opt_out", MARCH_3, MARCH_3)]


def test_outside_the_hours_it_waits_and_then_leaves(world, network):
    night = AT.replace(hour=23)
    carry(night)
    assert network.sent == []
    message = Message.objects.get()
    assert (message.state, action().state) == ("waiting", "scheduled")
    carry(message.not_before_at)
    assert situation() == ("done", "email", "sent")


def test_an_answer_becomes_one_task_a_day_for_who_follows_the_customer(world, network):
    for number in range(2):
        emit(
            "message.reply",
            entity_id=world.entity.pk,
            customer_id=world.late.customer_id,
            payload={"reply": number},
            at=AT,
        )
    deliver_waiting("actions", at=AT)
    assert list(Action.objects.filter(kind="reply").values_list("step_code", "state")) == [("reply", "todo")]


def test_who_writes_again_after_he_was_answered_waits_for_an_answer_again(world, network):
    who = {"entity_id": world.entity.pk, "customer_id": world.late.customer_id, "payload": {}}
    emit("message.reply", at=AT, **who)
    deliver_waiting("actions", at=AT)
    complete([Action.objects.get(kind="reply").pk], outcome=Outcome.SPOKE, by=world.person, at=AT)
    emit("message.reply", at=AT + timedelta(hours=1), **who)
    deliver_waiting("actions", at=AT + timedelta(hours=1))
    answered = Action.objects.get(kind="reply")
    assert (answered.state, answered.closed_at, answered.outcome) == ("todo", None, "")


def test_a_night_sends_nothing_twice(world, network):
    carry()
    world.night(MARCH_3)
    world.night(MARCH_3 + timedelta(days=1))
    carry()
    assert len(network.sent) == 1


def test_sending_again_what_is_already_leaving_sends_it_once(world, network):
    send_now(action(), by=world.person, at=AT)
    send_now(action(), by=world.person, at=AT)
    carry()
    assert len(network.sent) == 1


def test_what_had_left_when_its_action_was_cancelled_counts_as_done(world, network):
    [message] = Message.objects.all()
    messaging.send_one(message.pk, AT)
    Action.objects.update(state="cancelled", closed_at=AT, outcome="held")
    deliver_waiting("actions", at=AT)
    world.night(MARCH_3 + timedelta(days=1))
    carry(AT + timedelta(days=1))
    assert (situation()[0], len(network.sent)) == ("done", 1)


def test_a_reminder_by_hand_lists_what_is_owed_when_it_leaves(world, network):
    other = world.invoice(world.late.customer, late=2, on=MARCH_3)
    manual = open_manual(
        world.late.customer, template=world.steps[0].template, channel="email", currency="EUR",
        invoice_ids=[world.late.pk, other.pk], by=world.person, on=MARCH_3,
    )  # fmt: skip
    pay(world.late, 40, MARCH_3)
    pay(other, 100, MARCH_3)
    world.night(MARCH_3)
    manual.refresh_from_db()
    assert manual.amount == Decimal(60)
    assert list(manual.lines.values_list("invoice_id", "amount")) == [(world.late.pk, Decimal(60))]


def test_a_person_asked_again_sees_what_is_owed_and_may_send_it(world, network):
    Action.objects.update(mode="approval")
    CreditFactory(customer=world.late.customer, amount=30)
    carry()
    approve(action(), by=world.person, at=AT)
    carry()
    assert situation() == ("done", "email", "sent")
    assert "70,00" in network.sent[0].text


@pytest.mark.parametrize("state", ["planned", "waiting"])
def test_the_night_takes_back_what_it_finds_settled(world, state):
    Message.objects.update(state=state)
    pay(world.late, 100, MARCH_3)
    world.night(MARCH_3 + timedelta(days=1))
    assert (situation()[0], Message.objects.get().state) == ("cancelled", "cancelled")


def test_a_step_without_template_becomes_a_task_with_the_reason(world, network):
    Action.objects.update(template=None)
    carry()
    assert network.sent == []
    assert situation() == ("todo", "email", "no_template")
    assert action().reasons == ["no_template"]
    world.night(MARCH_3 + timedelta(days=1))
    assert Message.objects.count() == 1


def test_what_can_never_be_composed_becomes_a_task_with_the_error(world, network, monkeypatch):
    monkeypatch.setattr(preparing, "compose", lambda *args, **words: 1 / 0)
    for day in range(6):
        carry(AT + timedelta(days=day))
    assert situation() == ("todo", "email", "not_composed")
    assert list(Refusal.objects.values_list("gate", "rule")) == [("composition", "ZeroDivisionError: division by zero")]


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (NotDrawn("no"), "not_drawn"),
        (TemplateFault("no"), "template_fault"),
        (NoPublishedVersion(Template(), "fr"), "no_published_text"),
    ],
)
def test_what_waiting_cannot_mend_becomes_a_task_at_once(world, network, monkeypatch, fault, rule):
    def fails(*args, **words):
        raise fault

    monkeypatch.setattr(preparing, "compose", fails)
    carry()
    assert situation() == ("todo", "email", "not_composed")
    assert (list(Refusal.objects.values_list("gate", "rule")), rule_sentence(rule) != rule) == (
        [("composition", rule)],
        True,
    )


def test_a_bounce_and_a_refusal_are_in_the_timeline_of_the_customer(world, network):
    carry()
    told("bounced", AT + timedelta(hours=1), permanent=True, reason="550 no such user")
    told("unsubscribed", AT + timedelta(hours=2))
    changes = Entry.objects.filter(customer=world.late.customer, kind="change").order_by("at")
    assert [(entry.subject, entry.text) for entry in changes] == [
        (ADDRESS_INVALID, "550 no such user"),
        (OPTED_OUT, ""),
    ]


def test_what_refused_a_task_before_it_was_reopened_says_nothing_of_it_any_more(world, network):
    world.late.customer.addresses.update(opted_out_at=AT)
    carry()
    customer = world.late.customer
    assert [refusal.gate for refusal in explain(customer, on=MARCH_3).actions[0].refusals] == ["opt_out"]
    later = MARCH_3 + timedelta(days=2)
    Action.objects.update(state="cancelled", closed_at=noon(MARCH_3))
    customer.addresses.update(opted_out_at=None)
    world.night(later)
    [reopened] = [found for found in explain(customer, on=later).actions if found.state == "scheduled"]
    assert reopened.refusals == []
    Message.objects.update(state="cancelled", closed_at=noon(later))
    customer.addresses.update(opted_out_at=AT)
    world.night(later + timedelta(days=1))
    assert list(Refusal.objects.values_list("gate", "first_on")) == [("opt_out", later + timedelta(days=1))]


@pytest.mark.parametrize("outcome", ["no_template", "not_composed", "blocked", "failed"])
def test_the_list_goes_on_saying_why_a_task_came_back(world, network, outcome):
    Action.objects.update(state="todo", outcome=outcome, reasons=[outcome])
    world.night(MARCH_3 + timedelta(days=1))
    assert outcome in action().reasons


@pytest.mark.django_db(transaction=True)
def test_while_one_message_is_looked_at_no_other_of_its_customer_is(world, network, monkeypatch):
    """Two at once would each count the other out of the contact caps."""
    tried = "select from customers_customer where id = %s for no key update nowait"
    asked, refused = preparing._ask_gates, []

    def tried_by_another_worker(action, at):
        with (
            psycopg.connect(**connection.get_connection_params(), autocommit=True) as other,
            pytest.raises(LockNotAvailable),
        ):
            other.execute(tried, [action.customer_id])
        refused.append(action.customer_id)
        asked(action, at)

    monkeypatch.setattr(preparing, "_ask_gates", tried_by_another_worker)
    carry()
    assert (refused, len(network.sent)) == ([world.late.customer_id], 1)
