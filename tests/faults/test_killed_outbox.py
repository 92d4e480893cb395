"""A worker killed while it sends: what it had not reserved is sent, what it had is to verify, nothing leaves twice."""

import itertools
import os
import signal

import pytest

from telephony.messaging import operations
from telephony.messaging.models import Message
from tests.factories.messaging import World
from tests.faults.batch import LATER, Batch
from tests.faults.killing import killed, killed_at, killed_by_statement, said_by
from tests.faults.sink import PLACES, Sink, Talk

pytestmark = pytest.mark.django_db(transaction=True)
BATCH = 3


@pytest.fixture(scope="module")
def numbers():
    return iter(range(10_000))


def check_end(batch: Batch, sink: Sink, unclear: int | None, place: object) -> None:
    """All sent once, but for the message that was in flight (its place in the batch), which waits for a person."""
    batch.recover()
    assert (place, batch.states()) == (place, ["ambiguous" if n == unclear else "sent" for n in range(BATCH)])
    assert (place, batch.results()) == (place, [["ambiguous" if n == unclear else "accepted"] for n in range(BATCH)])
    taken = batch.taken(sink)
    assert (place, [taken[n] for n in range(BATCH) if n != unclear]) == (place, [1] * (BATCH - (unclear is not None)))
    assert unclear is None or (place, taken[unclear] <= 1) == (place, True)


def in_flight(said: list[str], number: int) -> int | None:
    """Which message of a batch is in flight once the first `number` statements were said: between its two COMMITs."""
    commits = said[:number].count("COMMIT")
    return commits // 2 if commits % 2 else None


def test_killed_before_and_after_each_statement(world: World, sink: Sink, numbers):
    said = said_by(Batch(BATCH * next(numbers), BATCH).send)
    assert (said.count("COMMIT"), len(said) > 30) == (2 * BATCH, True)
    # Those of the second message: there is one before it and one after it.
    first, last = (
        n for n, words in enumerate(said, start=1) if words == "COMMIT" and said[:n].count("COMMIT") in (2, 4)
    )
    for number in range(first, last + 1):
        for when in ("before", "after"):
            batch = Batch(BATCH * next(numbers), BATCH)
            assert killed_by_statement(batch.send, **{when: number}), (number, when)
            unclear = in_flight(said, number if when == "after" else number - 1)
            check_end(batch, sink, unclear, (number, when, said[number - 1]))


def killed_at_word(batch: Batch, sink: Sink, place: str, meeting: int = 1) -> bool:
    """Send, and die where this place of a conversation is met for the n-th time; whether it died there."""
    children: list[int] = []
    met = itertools.count(1)

    def kill(talk: Talk) -> None:
        if next(met) == meeting:
            os.kill(children[0], signal.SIGKILL)

    sink.faults[place] = kill
    died = killed(lambda: None, batch.send, started=children.append)
    sink.faults.clear()
    return died


def test_killed_at_each_word_of_the_second_conversation(world: World, sink: Sink, numbers):
    for place in PLACES[2:]:
        batch = Batch(BATCH * next(numbers), BATCH)
        assert killed_at_word(batch, sink, place, meeting=2), place
        check_end(batch, sink, 1, place)
        assert (place, batch.taken(sink)[1]) == (place, int(place == "text"))


def test_killed_before_the_first_word(world: World, sink: Sink, numbers):
    for place in PLACES[:2]:
        batch = Batch(BATCH * next(numbers), BATCH)
        assert killed_at_word(batch, sink, place), place
        check_end(batch, sink, 0, place)


def test_killed_at_each_named_point(world: World, sink: Sink, numbers):
    for point, unclear in (("outbox.composed", None), ("outbox.reserved", 0), ("outbox.accepted", 0)):
        batch = Batch(BATCH * next(numbers), BATCH)
        assert killed_at(point, batch.send), point
        check_end(batch, sink, unclear, point)


def test_what_is_to_verify_is_listed_for_a_person_and_sent_when_he_says_so(world: World, sink: Sink, numbers):
    batch = Batch(BATCH * next(numbers), BATCH)
    assert killed_at("outbox.reserved", batch.send)
    batch.recover()
    [unclear] = Message.objects.filter(pk__in=[message.pk for message in batch.messages], state="ambiguous")
    operations.reconcile(unclear, sent=False, by=None, at=LATER)
    operations.send_batch(operations.hand_out(at=LATER), clock=lambda: LATER)
    assert (batch.states(), batch.taken(sink)) == (["sent"] * BATCH, [1] * BATCH)
