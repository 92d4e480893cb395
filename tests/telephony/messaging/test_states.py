import itertools
from datetime import timedelta

import pytest
from django.db import IntegrityError
from hypothesis import given, settings, strategies as st

from crm.customers.models import Address
from crm.events.models import Event
from telephony.core.news import News
from telephony.messaging import operations
from telephony.messaging.models import DeliveryEvent, Message
from telephony.messaging.operations import events, sending
from telephony.messaging.states import MOVES, STATES_AFTER_SENDING, MessageState
from tests.factories.messaging import AT, World, a_world, planned, sent

NUMBERS = itertools.count(1)
KINDS = ["sent", "delivered", "read", "bounced", "rejected", "complained", "opened", "deferred", "unsubscribed"]
# What news makes of a message, from weakest to strongest; the other kinds leave its state as it is.
STATE_TOLD = {
    "sent": "sent",
    "rejected": "failed",
    "delivered": "delivered",
    "read": "read",
    "bounced": "bounced",
    "complained": "complained",
}
FROM_WEAK_TO_STRONG = list(STATE_TOLD.values())


def news(message: Message, kind: str, number: int = 0, **values: object) -> News:
    given = {
        "provider": "fake",
        "key": f"{message.pk}{kind}{number}",
        "kind": kind,
        "at": AT + timedelta(minutes=number),
    }
    return News(**{**given, "message_ref": message.message_id, **values})  # type: ignore[arg-type]


def tell(message: Message, *kinds: str, **values: object) -> MessageState:
    operations.hear([news(message, kind, number, **values) for number, kind in enumerate(kinds)], at=AT)
    operations.apply_events(at=AT)
    message.refresh_from_db()
    return MessageState(message.state)


def test_every_state_says_where_it_may_go():
    assert set(MOVES) == set(MessageState)


@pytest.mark.parametrize("rank", range(len(FROM_WEAK_TO_STRONG)))
def test_after_sending_a_message_only_becomes_stronger(rank):
    assert MOVES[MessageState(FROM_WEAK_TO_STRONG[rank])] == set(FROM_WEAK_TO_STRONG[rank + 1 :])


@pytest.mark.django_db
@pytest.mark.parametrize("kind", list(STATE_TOLD))
def test_nothing_told_late_takes_a_message_out_of_its_cancellation(world: World, kind):
    message = planned()
    operations.cancel(origin="test", origin_ids=[message.origin_id], reason="settled", at=AT)
    assert tell(message, kind) == "cancelled"
    assert DeliveryEvent.objects.get().error == ""


@settings(max_examples=25)
@given(st.lists(st.sampled_from(KINDS), max_size=8), st.randoms(use_true_random=False))
@pytest.mark.django_db
def test_whatever_the_order_of_the_news_the_end_is_the_same(kinds, random):
    with a_world():
        straight = tell(sent(next(NUMBERS)), *kinds)
        random.shuffle(kinds)
        mixed = tell(sent(next(NUMBERS)), *kinds)
    told = [STATE_TOLD[kind] for kind in kinds if kind in STATE_TOLD]
    assert straight == mixed == max(["sent", *told], key=FROM_WEAK_TO_STRONG.index)


@settings(max_examples=15)
@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6))
@pytest.mark.django_db
def test_the_same_news_twice_changes_nothing(kinds):
    with a_world():
        message = sent(next(NUMBERS))
    first = tell(message, *kinds)
    events = Event.objects.count()
    assert (tell(message, *kinds), Event.objects.count()) == (first, events)


@pytest.mark.django_db
def test_news_faster_than_our_own_line_tells_the_sending_first(world: World):
    world.while_sending = lambda mail: tell(Message.objects.get(pk=mail.key), "delivered")
    message = sent()
    assert message.state == "delivered"
    kinds = Event.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["message.sent", "message.delivered"]
    assert message.attempts.get().result == "accepted"


@pytest.mark.django_db
@pytest.mark.parametrize("permanent", [True, False])
def test_a_bounce_marks_the_address_only_when_the_address_is_wrong(world: World, permanent):
    message = sent()
    assert tell(message, "bounced", permanent=permanent, reason="5.1.1 unknown") == "bounced"
    message.address.refresh_from_db()
    assert (message.address.invalid_since is not None) is permanent
    assert Event.objects.get(kind="message.bounced").payload["permanent"] is permanent


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["complained", "unsubscribed"])
def test_who_complains_or_unsubscribes_is_not_written_to_any_more(world: World, kind):
    message = sent()
    tell(message, kind)
    message.address.refresh_from_db()
    assert message.address.opted_out_at == AT


@pytest.mark.django_db
def test_a_message_that_names_its_address_as_it_was_typed_speaks_of_the_same_mailbox(world: World):
    message = sent()
    Message.objects.filter(pk=message.pk).update(recipient=message.recipient.upper())
    tell(message, "complained")
    assert Address.objects.get().opted_out_at == AT


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["bounced", "unsubscribed"])
def test_news_of_a_mailbox_says_nothing_of_the_one_that_took_its_place(world: World, kind):
    message = sent()
    Address.objects.filter(pk=message.address_id).update(value="nouveau@client.example")
    tell(message, kind, permanent=True, reason="5.1.1 unknown")
    assert Address.objects.values_list("invalid_since", "opted_out_at").get() == (None, None)


@pytest.mark.django_db
def test_an_opening_is_kept_but_proves_nothing(world: World):
    message = sent()
    assert tell(message, "opened") == "sent"
    assert message.delivery_events.get().kind == "opened"


@pytest.mark.django_db
def test_the_provider_s_own_number_is_enough(world: World):
    message = sent()
    item = news(message, "delivered", message_ref="", provider_id=f"fake-{message.pk}")
    operations.hear([item], at=AT)
    operations.apply_events(at=AT)
    message.refresh_from_db()
    assert message.state == "delivered"


@pytest.mark.django_db
@pytest.mark.parametrize("permanent", [False, True])
def test_a_refusal_of_the_provider_marks_the_address_when_it_is_wrong(world: World, permanent):
    message = sent()
    assert tell(message, "rejected", permanent=permanent, reason="invalid") == "failed"
    message.address.refresh_from_db()
    assert (message.address.invalid_since is not None) == permanent


@pytest.mark.django_db
def test_news_that_comes_while_our_own_line_is_written_tells_the_sending_once(world: World, listening, monkeypatch):
    message = planned()
    reservation = sending.reserve(message.pk, at=AT)
    operations.hear([news(message, "delivered")], at=AT)

    def found(event):
        found = message_of(event)
        sending.carry(reservation, at=AT)  # commits while the news is applied
        return found

    message_of = events._message_of
    monkeypatch.setattr(events, "_message_of", found)
    operations.apply_events(at=AT)
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert (Message.objects.get().state, kinds) == ("delivered", ["message.sent", "message.delivered"])


@pytest.mark.django_db
def test_news_of_an_unknown_message_waits_an_hour_then_rests():
    operations.hear([News("fake", "k", "delivered", AT, message_ref="nobody@nowhere")], at=AT)
    assert operations.apply_events(at=AT) == 0
    assert operations.apply_events(at=AT + timedelta(hours=2)) == 1
    assert DeliveryEvent.objects.get().message is None


@pytest.mark.django_db
def test_news_that_is_not_ours_is_asked_for_less_and_less_often(monkeypatch):
    """Each call of an account shared with others wakes the task that applies them all."""
    asked = []
    monkeypatch.setattr(events, "_message_of", lambda event: asked.append(minutes))
    operations.hear([News("fake", "k", "delivered", AT, message_ref="nobody@nowhere")], at=AT)
    for minutes in range(90):
        operations.apply_events(at=AT + timedelta(minutes=minutes))
    assert asked == [0, 1, 2, 4, 8, 16, 32, 60]


@pytest.fixture
def cannot_be_applied(world: World, monkeypatch) -> Message:
    """News of a message that raises, before news of the same that does not."""
    message, known = sent(), events._apply
    broken = lambda event, found: 1 / 0 if event.kind == "opened" else known(event, found)  # noqa: E731
    monkeypatch.setattr(events, "_apply", broken)
    tell(message, "opened", "delivered")
    return message


@pytest.mark.django_db
def test_news_that_cannot_be_applied_does_not_stop_the_next(cannot_be_applied: Message):
    found = DeliveryEvent.objects.order_by("pk").values_list("kind", "error", "given_up_at")
    assert (cannot_be_applied.state, list(found)) == (
        "delivered",
        [("opened", "ZeroDivisionError: division by zero", None), ("delivered", "", None)],
    )


@pytest.mark.django_db
def test_it_is_tried_for_an_hour_then_left_to_a_person(cannot_be_applied: Message):
    for minutes in (59, 60, 61):
        assert operations.apply_events(at=AT + timedelta(minutes=minutes)) == 0
    event = DeliveryEvent.objects.get(kind="opened")
    assert (event.given_up_at, event.message) == (AT + timedelta(minutes=60), cannot_be_applied)


@pytest.mark.django_db
def test_what_waited_for_a_worker_is_tried_as_long(world: World, monkeypatch):
    monkeypatch.setattr(events, "_apply", lambda event, message: 1 / 0)
    operations.hear([news(sent(), "opened")], at=AT)
    for minutes in (300, 359, 360):
        assert list(DeliveryEvent.objects.values_list("given_up_at", flat=True)) == [None]
        operations.apply_events(at=AT + timedelta(minutes=minutes))
    assert DeliveryEvent.objects.get().given_up_at == AT + timedelta(minutes=360)


@pytest.mark.django_db
def test_a_person_has_it_applied_again(cannot_be_applied: Message, monkeypatch):
    operations.apply_events(at=AT + timedelta(hours=1))
    monkeypatch.undo()
    assert operations.apply_again(DeliveryEvent.objects.all()) == 1
    assert operations.apply_events(at=AT + timedelta(days=1)) == 1
    event = DeliveryEvent.objects.get(kind="opened")
    assert (event.applied_at, event.given_up_at, event.error) == (AT + timedelta(days=1), None, "")


@pytest.mark.django_db
def test_a_person_says_that_nothing_is_to_be_done_about_it(cannot_be_applied: Message):
    assert operations.leave_unapplied(DeliveryEvent.objects.all(), at=AT) == 0
    operations.apply_events(at=AT + timedelta(hours=1))
    assert operations.leave_unapplied(DeliveryEvent.objects.all(), at=AT + timedelta(days=1)) == 1
    assert not DeliveryEvent.objects.filter(applied_at=None).exists()


@pytest.mark.django_db
def test_late_news_settles_what_nobody_could_tell(world: World):
    from telephony.core.channels import Ambiguous

    world.failure = Ambiguous("timeout")
    message = sent()
    assert message.state == "ambiguous"
    assert tell(message, "delivered") == "delivered"


@pytest.mark.django_db
@pytest.mark.parametrize("state", sorted(STATES_AFTER_SENDING))
def test_the_database_refuses_a_sent_message_without_its_instant(state):
    message = planned()
    with pytest.raises(IntegrityError, match="messaging_message_"):
        Message.objects.filter(pk=message.pk).update(state=state, digest="x", sent_at=None)


@pytest.mark.django_db
def test_the_database_refuses_to_let_an_unfrozen_message_leave():
    message = planned()
    with pytest.raises(IntegrityError, match="frozen"):
        Message.objects.filter(pk=message.pk).update(state="reserved", lease_until=AT)
