"""The IMAP reader against a server that speaks the protocol."""

import re
import socketserver
import threading
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command

from telephony.messaging.mailbox import read_mailbox
from telephony.messaging.models import MailboxPosition, Reply
from telephony.providers.email.imap import Mailbox, MailboxError
from tests.factories import mails
from tests.factories.messaging import AT


class Imap(socketserver.ThreadingTCPServer):
    """Holds mails by UID; answers what the reader asks."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.validity = 7
        self.mails: dict[int, bytes] = {}
        self.fetched: list[int] = []


class Session(socketserver.StreamRequestHandler):
    server: Imap

    def handle(self) -> None:
        self.say("* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, command = line.split(" ", 1)
            verb, _, rest = command.partition(" ")
            ok = getattr(self, verb.lower())(rest)
            self.say(f"{tag} {'OK' if ok else 'NO'} {verb}")
            if verb == "LOGOUT":
                return

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def capability(self, rest: str) -> bool:
        self.say("* CAPABILITY IMAP4rev1")
        return True

    def login(self, rest: str) -> bool:
        return rest.split()[1].strip('"') == "secret"

    def examine(self, rest: str) -> bool:
        self.say(f"* {len(self.server.mails)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.server.validity}] UIDs valid")
        return True

    def uid(self, rest: str) -> bool:
        if rest.startswith("SEARCH"):
            first = int(re.findall(r"(\d+):\*", rest)[0])
            uids = [uid for uid in self.server.mails if uid >= first] or list(self.server.mails)[-1:]
            self.say("* SEARCH " + " ".join(map(str, uids)))
            return True
        uid = int(rest.split()[1])
        self.server.fetched.append(uid)
        raw = self.server.mails[uid]
        self.say(f"* 1 FETCH (UID {uid} BODY[] {{{len(raw)}}}")
        self.wfile.write(raw + b")\r\n")
        return True

    def logout(self, rest: str) -> bool:
        self.say("* BYE")
        return True


@pytest.fixture
def imap() -> Iterator[Imap]:
    with Imap() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


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
def test_a_wrong_password_says_so(imap):
    with pytest.raises(MailboxError, match="LOGIN"):
        read_mailbox(box(imap, "wrong"), at=AT)


@pytest.mark.django_db
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
