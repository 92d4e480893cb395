"""Mail servers that break off, refuse or say nothing: what is certain is done, the rest waits for a person."""

from datetime import timedelta

import pytest

from telephony.messaging import operations
from telephony.messaging.models import AttemptResult, Message
from telephony.messaging.operations.outbox import HANDED_FOR
from telephony.messaging.operations.outcomes import RETRIES
from tests.factories.messaging import AT, World, planned
from tests.faults.sink import PLACES, Sink, drop, hang, saying

pytestmark = pytest.mark.django_db
# Nobody can tell what becomes of a text once it may have left; a connection or a word before it can be tried again.
FOR_NOW, UNKNOWN, FOR_GOOD = "waiting", "ambiguous", "failed"
BEFORE_THE_TEXT = ("greeting", "EHLO", "MAIL", "RCPT")
ENDS = {
    **{(place, fault): FOR_NOW for place in BEFORE_THE_TEXT for fault in (drop, hang)},
    **{(place, fault): UNKNOWN for place in ("DATA", "text") for fault in (drop, hang)},
}


def send(*messages: Message, at=AT) -> list[str]:
    """The states they are left in by one worker."""
    operations.send_batch([message.pk for message in messages], clock=lambda: at)
    for message in messages:
        message.refresh_from_db()
    return [message.state for message in messages]


def times_taken(sink: Sink, *messages: Message) -> list[int]:
    return [sink.taken[message.message_id] for message in messages]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", [drop, hang])
def test_a_server_that_breaks_off_or_says_nothing(world: World, sink: Sink, place, fault):
    sink.faults[place] = fault
    message = planned()
    end = ENDS[place, fault]
    assert send(message) == [end]
    assert times_taken(sink, message) == [int(place == "text")]
    sink.faults.clear()
    later = AT + RETRIES[0]
    assert operations.hand_out(at=later) == ([message.pk] if end == FOR_NOW else [])
    assert send(message, at=later) == ["sent" if end == FOR_NOW else UNKNOWN]
    assert times_taken(sink, message) == [int(place != "DATA")]


@pytest.mark.parametrize("place", ["MAIL", "RCPT", "DATA", "text"])
@pytest.mark.parametrize(("code", "end"), [(451, FOR_NOW), (554, FOR_GOOD)])
def test_a_server_that_refuses(world: World, sink: Sink, place, code, end):
    sink.faults[place] = saying(code)
    message = planned()
    assert send(message) == [end]
    assert times_taken(sink, message) == [0]
    sink.faults.clear()
    assert send(message, at=AT + RETRIES[0]) == ["sent" if end == FOR_NOW else FOR_GOOD]
    assert times_taken(sink, message) == [int(end == FOR_NOW)]


@pytest.mark.parametrize("code", [421, 554])
def test_a_server_that_wants_nobody_may_want_us_later(world: World, sink: Sink, code):
    sink.faults["greeting"] = saying(code)
    message = planned()
    assert send(message) == [FOR_NOW]
    sink.faults.clear()
    assert send(message, at=AT + RETRIES[0]) == ["sent"]
    assert times_taken(sink, message) == [1]


def test_a_batch_stops_at_a_server_that_does_not_answer_and_loses_nothing(world: World, sink: Sink):
    messages = [planned(number) for number in range(3)]
    operations.hand_out(at=AT)
    sink.faults["greeting"] = drop
    assert send(*messages) == [FOR_NOW, "planned", "planned"]
    assert [message.attempts.count() for message in messages] == [1, 0, 0]
    sink.faults.clear()
    again = AT + HANDED_FOR + timedelta(seconds=1)
    assert operations.hand_out(at=again) == [message.pk for message in messages]
    assert send(*messages, at=again) == ["sent"] * 3
    assert times_taken(sink, *messages) == [1, 1, 1]


def test_a_batch_goes_over_one_connection(world: World, sink: Sink):
    messages = [planned(number) for number in range(5)]
    assert send(*messages) == ["sent"] * 5
    assert sink.connections == 1


def close_once(sink: Sink, place: str, fault):
    """Go wrong the second time this place is reached only."""
    seen = []

    def meet(talk):
        seen.append(place)
        if len(seen) == 2:
            fault(talk)

    sink.faults[place] = meet


@pytest.mark.parametrize("fault", [drop, saying(421)])
@pytest.mark.parametrize("place", ["MAIL", "RCPT"])
def test_a_connection_closed_between_two_mails_is_opened_again_at_once(world: World, sink: Sink, place, fault):
    close_once(sink, place, fault)
    messages = [planned(number) for number in range(3)]
    assert send(*messages) == ["sent"] * 3
    assert (times_taken(sink, *messages), sink.connections) == ([1, 1, 1], 2)
    assert [message.attempts.count() for message in messages] == [1, 1, 1]


def test_a_break_in_the_middle_of_a_batch_concerns_one_mail(world: World, sink: Sink):
    close_once(sink, "text", drop)
    messages = [planned(number) for number in range(4)]
    assert send(*messages) == ["sent", UNKNOWN, "sent", "sent"]
    assert times_taken(sink, *messages) == [1, 1, 1, 1]
    [unclear] = operations_to_verify()
    assert unclear == messages[1]


def operations_to_verify() -> list[Message]:
    """What a person finds in the list of messages to verify."""
    return list(Message.objects.filter(state="ambiguous", attempts__result=AttemptResult.AMBIGUOUS))
