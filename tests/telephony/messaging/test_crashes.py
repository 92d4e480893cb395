"""What a worker that dies leaves behind, at each point where it can die."""

import os
import signal
import threading
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection, transaction

from crm.events.models import Event
from telephony.messaging import operations
from telephony.messaging.models import Message
from telephony.messaging.operations import AlreadySettled, sending
from tests.factories.accounts import UserFactory
from tests.factories.messaging import AT, World, planned

LATER = AT + sending.LEASE + timedelta(seconds=1)


class Killed(BaseException):
    """As kill -9: no handler of the application sees it."""


def die(*args: object, **kwargs: object) -> None:
    raise Killed


@pytest.mark.django_db
def test_killed_while_composing_it_is_sent_once_later(world: World):
    world.refusal = Killed()  # type: ignore[assignment]
    message = planned()
    with pytest.raises(Killed):
        operations.send_one(message.pk, AT)
    message.refresh_from_db()
    assert (message.state, message.attempts.count()) == ("planned", 0)
    world.refusal = None
    assert operations.send_one(message.pk, AT) == "sent"
    assert len(world.sent) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("left", [False, True])
def test_killed_after_the_reservation_nobody_can_tell(world: World, left, monkeypatch):
    if left:
        monkeypatch.setattr(sending, "accepted", die)
    else:
        world.failure = Killed()
    message = planned()
    with pytest.raises(Killed):
        operations.send_one(message.pk, AT)
    assert operations.send_one(message.pk, LATER) == "reserved"
    assert operations.expire_leases(at=AT) == 0
    assert operations.expire_leases(at=LATER) == 1
    message.refresh_from_db()
    assert (message.state, message.attempts.get().result) == ("ambiguous", "ambiguous")
    assert list(Event.objects.values_list("kind", flat=True)) == ["message.ambiguous"]
    assert len(world.sent) == 1


@pytest.mark.django_db
def test_a_slow_answer_after_the_lease_still_tells_the_truth(world: World):
    world.while_sending = lambda mail: operations.expire_leases(at=LATER)
    message = planned()
    assert operations.send_one(message.pk, AT) == "sent"


@pytest.fixture
def ambiguous(world: World) -> Message:
    world.failure = Killed()
    message = planned()
    with pytest.raises(Killed):
        operations.send_one(message.pk, AT)
    operations.expire_leases(at=LATER)
    world.failure = None
    message.refresh_from_db()
    return message


@pytest.mark.django_db
def test_a_person_says_that_it_left(ambiguous: Message, world: World):
    operations.reconcile(ambiguous, sent=True, by=UserFactory(), at=LATER)
    ambiguous.refresh_from_db()
    assert (ambiguous.state, ambiguous.sent_at) == ("sent", LATER)
    assert Event.objects.order_by("pk").last().payload["reconciled"] is True
    assert len(world.sent) == 1


@pytest.mark.django_db
def test_a_person_says_that_it_did_not_leave_and_it_is_checked_again(ambiguous: Message, world: World):
    operations.reconcile(ambiguous, sent=False, by=UserFactory(), at=LATER)
    assert operations.hand_out(at=LATER) == [ambiguous.pk]
    assert operations.send_one(ambiguous.pk, LATER) == "sent"
    assert list(ambiguous.attempts.order_by("pk").values_list("result", flat=True)) == ["not_sent", "accepted"]


@pytest.mark.django_db
def test_what_is_settled_is_not_reconciled(ambiguous: Message):
    operations.reconcile(ambiguous, sent=True, by=UserFactory(), at=LATER)
    with pytest.raises(AlreadySettled):
        operations.reconcile(ambiguous, sent=False, by=UserFactory(), at=LATER)


def killed_at(point: str, message: Message) -> int:
    """Send in a process that dies at `point`; return the signal that ended it."""
    connection.close()
    pid = os.fork()
    if not pid:
        os.environ["ACQUIT_CRASH_AT"] = point
        operations.send_one(message.pk, AT)
        os._exit(0)
    return os.waitpid(pid, 0)[1]


@pytest.mark.django_db(transaction=True)
def test_a_process_really_killed_at_each_point_leaves_the_truth_behind(world: World):
    ends = {"outbox.composed": ("planned", "sent"), "outbox.reserved": ("reserved", "ambiguous")}
    ends["outbox.accepted"] = ends["outbox.reserved"]
    for number, (point, (left, end)) in enumerate(ends.items()):
        message = planned(number)
        assert (point, killed_at(point, message)) == (point, signal.SIGKILL)
        message.refresh_from_db()
        assert (point, message.state) == (point, left)
        operations.expire_leases(at=LATER)
        assert (point, operations.send_one(message.pk, LATER)) == (point, end)


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_a_message_once(world: World):
    messages = [planned(number).pk for number in range(1, 7)]
    start = threading.Barrier(3)

    def work() -> None:
        start.wait()
        for pk in messages:
            operations.send_one(pk, AT)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    close_old_connections()
    assert sorted(mail.key for mail in world.sent) == messages
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db
def test_no_transaction_is_open_during_the_network(world: World):
    depth = len(connection.atomic_blocks)
    seen: list[int] = []
    world.while_sending = lambda mail: seen.append(len(connection.atomic_blocks))
    operations.send_one(planned().pk, AT)
    assert seen == [depth]


@pytest.mark.django_db
def test_sending_inside_a_transaction_is_refused(world: World):
    message = planned()
    with pytest.raises(RuntimeError), transaction.atomic():
        operations.send_one(message.pk, AT)
    assert world.sent == []
