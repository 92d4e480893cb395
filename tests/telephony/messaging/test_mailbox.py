"""The IMAP reader against a server that speaks the protocol."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

from telephony.messaging import operations
from telephony.messaging.mailbox import read_mailbox
from telephony.messaging.models import MailboxPosition, Reply
from telephony.messaging.operations import receive
from telephony.providers.email.imap import Mailbox, MailboxError
from tests.factories import mails
from tests.factories.customers import AddressFactory
from tests.factories.messaging import AT
from tests.telephony.messaging.imap_server import Imap, serving


@pytest.fixture
def imap() -> Iterator[Imap]:
    with serving() as server:
        yield server


def box(imap: Imap, password: str = "secret") -> Mailbox:
    return Mailbox("127.0.0.1", "replies", password, port=imap.server_address[1], tls=False)


@pytest.mark.django_db
def test_each_mail_is_read_once(imap):
    imap.mails = {3: mails.answer(Message_ID="<3@x>"), 5: mails.answer(Message_ID="<5@x>")}
    assert read_mailbox(box(imap), at=AT) == 2
    imap.mails[6] = mails.answer(Message_ID="<6@x>")
    assert read_mailbox(box(imap), at=AT) == 1
    assert read_mailbox(box(imap), at=AT) == 0
    assert imap.fetched == [3, 5, 6]
    assert set(Reply.objects.values_list("header_id", flat=True)) == {"3@x", "5@x", "6@x"}
    assert MailboxPosition.objects.get().last_uid == 6


@pytest.mark.django_db
def test_a_mailbox_numbered_anew_is_read_again_without_doubles(imap):
    imap.mails = {3: mails.answer(Message_ID="<3@x>")}
    read_mailbox(box(imap), at=AT)
    imap.validity, imap.mails = 8, {1: mails.answer(Message_ID="<3@x>")}
    assert read_mailbox(box(imap), at=AT) == 1
    assert Reply.objects.count() == 1


@pytest.mark.django_db
def test_of_a_mailbox_in_use_the_last_days_are_read(imap):
    """What was answered long ago is no task of today."""
    imap.mails = {uid: mails.answer(Message_ID=f"<{uid}@x>") for uid in (1, 2, 3)}
    imap.arrived = {1: AT - timedelta(days=400), 2: AT - timedelta(days=2), 3: AT - timedelta(days=4)}
    assert read_mailbox(box(imap), at=AT) == 1
    imap.mails[4] = mails.answer(Message_ID="<4@x>")
    assert read_mailbox(box(imap), at=AT) == 1
    assert imap.fetched == [2, 4]


@pytest.mark.django_db
def test_of_a_mailbox_without_recent_mail_nothing_is_read(imap):
    imap.mails, imap.arrived = {5: mails.answer()}, {5: AT - timedelta(days=400)}
    assert [read_mailbox(box(imap), at=AT), read_mailbox(box(imap), at=AT)] == [0, 0]


@pytest.mark.django_db
def test_what_was_left_unread_at_first_stays_so_when_mails_are_numbered_anew(imap):
    imap.mails, imap.arrived = {5: mails.answer(Message_ID="<5@x>")}, {5: AT - timedelta(days=400)}
    read_mailbox(box(imap), at=AT)
    imap.validity, imap.mails = 8, {1: imap.mails[5], 2: mails.answer(Message_ID="<2@x>")}
    imap.arrived = {1: AT - timedelta(days=400), 2: AT + timedelta(days=1)}
    assert read_mailbox(box(imap), at=AT + timedelta(days=30)) == 1
    assert list(Reply.objects.values_list("header_id", flat=True)) == ["2@x"]


@pytest.mark.django_db
def test_the_history_tells_an_answer_of_the_day_it_came(imap):
    customer = AddressFactory(value="paie@client.example").customer
    imap.mails, imap.arrived = {1: mails.answer()}, {1: AT - timedelta(days=2)}
    read_mailbox(box(imap), at=AT)
    operations.read_replies(at=AT)
    assert customer.entries.get().at == AT - timedelta(days=2)


@pytest.mark.django_db
def test_no_mail_came_after_it_was_read(imap):
    """The clock of its server is fast."""
    imap.mails, imap.arrived = {1: mails.answer()}, {1: AT + timedelta(hours=2)}
    read_mailbox(box(imap), at=AT)
    assert Reply.objects.get().arrived_at == AT


@pytest.fixture(params=["NO", "BAD", "NIL", "EMPTY", "ZERO", "GONE"])
def refusing(imap: Imap, request: pytest.FixtureRequest) -> Imap:
    """A mailbox of three mails whose server does not give the second."""
    imap.mails = {uid: mails.answer(Message_ID=f"<{uid}@x>") for uid in (1, 2, 3)}
    imap.refused, imap.refuses_by = {2}, request.param
    return imap


def kept() -> list[tuple[str, str]]:
    return list(Reply.objects.order_by("pk").values_list("header_id", "kind"))


@pytest.mark.django_db
def test_a_mail_the_server_does_not_give_stops_none_behind_it(refusing):
    assert read_mailbox(box(refusing), at=AT) == 2
    assert kept() == [("1@x", "unread"), ("3@x", "unread")]
    refusing.refused.clear()
    read_mailbox(box(refusing), at=AT + timedelta(minutes=5))
    assert (kept()[2:], refusing.fetched) == ([("2@x", "unread")], [1, 2, 3, 2, 3])
    assert read_mailbox(box(refusing), at=AT + timedelta(minutes=10)) == 0


@pytest.mark.django_db
def test_a_mail_never_given_is_left_to_a_person_after_an_hour(refusing):
    for minutes in (0, 59, 60, 61):
        read_mailbox(box(refusing), at=AT + timedelta(minutes=minutes))
    number = f"{box(refusing)};UIDVALIDITY=7/;UID=2"
    assert kept() == [("1@x", "unread"), ("3@x", "unread"), (number, "unreadable")]
    assert (MailboxPosition.objects.get().last_uid, refusing.fetched[-2:]) == (3, [2, 3])
    assert (operations.read_again(Reply.objects.all()), operations.set_aside(Reply.objects.all())) == (0, 1)


@pytest.mark.django_db
def test_a_mail_removed_from_its_mailbox_meanwhile_is_left_to_nobody(imap):
    imap.mails = {uid: mails.answer(Message_ID=f"<{uid}@x>") for uid in (1, 2)}
    imap.refused, imap.refuses_by = {2}, "GONE"
    read_mailbox(box(imap), at=AT)
    del imap.mails[2]
    for minutes in (5, 120):
        read_mailbox(box(imap), at=AT + timedelta(minutes=minutes))
    assert (kept(), MailboxPosition.objects.get().failing_since) == ([("1@x", "unread")], None)


@pytest.mark.django_db
@pytest.mark.parametrize("given_after", [None, 58])
def test_each_mail_that_is_refused_has_its_hour(refusing, given_after):
    """Not that of the one before it, whether that one was given up or given at last."""
    third = refusing.mails.pop(3)
    for minutes in (0, 57, 58, 60, 117):
        if minutes == 57:
            refusing.mails[3], refusing.refused = third, {2, 3}
        if minutes == given_after:
            refusing.refused = {3}
        read_mailbox(box(refusing), at=AT + timedelta(minutes=minutes))
    second = ("2@x", "unread") if given_after else (f"{box(refusing)};UIDVALIDITY=7/;UID=2", "unreadable")
    assert kept() == [("1@x", "unread"), second]
    refusing.refused = set()
    read_mailbox(box(refusing), at=AT + timedelta(minutes=117))
    assert kept()[2:] == [("3@x", "unread")]


@pytest.mark.django_db
def test_a_reading_that_breaks_off_goes_on_where_it_was(imap, monkeypatch):
    imap.mails = {1: mails.answer(Message_ID="<1@x>"), 2: b"broken"}
    taking = lambda raw, **more: 1 / 0 if raw == b"broken" else receive(raw, **more)  # noqa: E731
    monkeypatch.setattr("telephony.messaging.mailbox.receive", taking)
    with pytest.raises(ZeroDivisionError):
        read_mailbox(box(imap), at=AT)
    imap.mails[2] = mails.answer(Message_ID="<2@x>")
    assert (read_mailbox(box(imap), at=AT), imap.fetched) == (1, [1, 2, 2])


@pytest.mark.django_db
def test_a_wrong_password_says_so(imap):
    with pytest.raises(MailboxError, match="LOGIN"):
        read_mailbox(box(imap, "wrong"), at=AT)


@pytest.mark.django_db
@time_machine.travel(AT, tick=False)
def test_the_command_reads_and_applies(imap, settings, capsys):
    settings.IMAP_HOST, settings.IMAP_PORT, settings.IMAP_TLS = "127.0.0.1", imap.server_address[1], False
    settings.IMAP_USER, settings.IMAP_PASSWORD = "replies", "secret"
    imap.mails = {1: mails.answer(Message_ID="<1@x>")}
    call_command("read_mailbox")
    assert "1 mails read" in capsys.readouterr().out
    assert Reply.objects.get().kind == "answer"


def test_without_a_mailbox_the_command_says_what_to_set(settings):
    settings.IMAP_HOST = ""
    with pytest.raises(CommandError, match="IMAP_HOST"):
        call_command("read_mailbox")
