"""Plain SMTP against a server that really speaks it."""

import smtplib
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from telephony.core.channels import Ambiguous, NotAllowed, Outbound, Permanent, Temporary
from telephony.core.outgoing import Attachment
from telephony.localmail.smtp import Server
from telephony.providers.email import errors, sending

MAIL = Outbound(
    key=1,
    to="paie@client.example",
    message_id="abc@acquit.example",
    subject="Relance\nn° 1",
    text="Bonjour",
    html="<p>Bonjour</p>",
    attachments=(Attachment("relevé.pdf", b"%PDF"),),
    sender="Recouvrement <relance@e001.example>",
    reply_to="replies+0@acquit.example",
    references="first@acquit.example",
    unsubscribe_url="https://acquit.example/m/0/stop/",
)


class Kept(list[tuple[str, bytes]]):
    def __call__(self, recipient: str, raw: bytes) -> None:
        self.append((recipient, raw))

    def mail(self) -> EmailMessage:
        message = message_from_bytes(self[0][1], policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message


@pytest.fixture
def kept(settings) -> Iterator[Kept]:
    kept = Kept()
    with Server(("127.0.0.1", 0), kept) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.MAIL_RECIPIENT_ALLOWLIST = ["*"]
        settings.MAIL_BOUNCE_TO = ""
        yield kept
        server.shutdown()


def to(address: str) -> Outbound:
    from dataclasses import replace

    return replace(MAIL, to=address)


def test_a_mail_arrives_with_its_headers_both_texts_and_files(kept):
    assert sending.send(MAIL).provider == "smtp"
    mail = kept.mail()
    assert {name: mail[name] for name in ("Subject", "Message-ID", "Reply-To", "References", "In-Reply-To")} == {
        "Subject": "Relance n° 1",
        "Message-ID": "<abc@acquit.example>",
        "Reply-To": "replies+0@acquit.example",
        "References": "<first@acquit.example>",
        "In-Reply-To": "<first@acquit.example>",
    }
    assert mail["List-Unsubscribe"] == "<https://acquit.example/m/0/stop/>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.get_body(("plain",)).get_content().strip() == "Bonjour"
    assert mail.get_body(("html",)).get_content().strip() == "<p>Bonjour</p>"
    assert [part.get_filename() for part in mail.iter_attachments()] == ["relevé.pdf"]


def test_reports_go_where_the_installation_reads_them(kept, settings):
    settings.MAIL_BOUNCE_TO = "bounces@acquit.example"
    sending.send(MAIL)
    assert kept.mail()["From"] == "Recouvrement <relance@e001.example>"


@pytest.mark.parametrize(
    ("address", "kind"),
    [("550@client.example", Permanent), ("421@client.example", Temporary), ("drop@client.example", Ambiguous)],
)
def test_the_answer_of_the_server_decides(kept, address, kind):
    with pytest.raises(kind) as refusal:
        sending.send(to(address))
    assert type(refusal.value) is kind


def test_a_refused_recipient_is_a_bad_address(kept):
    with pytest.raises(Permanent) as refusal:
        sending.send(to("550@client.example"))
    assert (refusal.value.code, refusal.value.bad_address) == ("550", True)


@pytest.mark.parametrize(
    ("said", "bad"),
    [
        (b"5.1.1 User unknown", True),
        (b"No such user here", True),
        (b"5.7.1 Relaying denied", False),
        (b"relay not permitted", False),
        (b"5.1.8 Sender address rejected: Domain not found", False),
        (b"5.7.1 Service unavailable; client host [192.0.2.1] blocked", False),
        (b"5.2.2 Mailbox full", False),
    ],
)
def test_what_is_wrong_with_us_is_not_said_of_the_address_written_to(said, bad):
    """A relay set up wrong refuses everybody: no address would be left to write to."""
    refused = errors.classified(smtplib.SMTPRecipientsRefused({"a@client.example": (550, said)}))
    assert (type(refused), refused.bad_address) == (Permanent, bad)


def test_no_server_is_surely_not_sent(kept, settings):
    settings.EMAIL_PORT = 1
    with pytest.raises(Temporary):
        sending.send(MAIL)


def test_one_connection_serves_a_batch_and_survives_a_break(kept):
    with sending.session():
        sending.send(MAIL)
        with pytest.raises(Ambiguous):
            sending.send(to("drop@client.example"))
        sending.send(MAIL)
    assert len(kept) == 3


@pytest.mark.parametrize(
    ("allowed", "address", "expected"),
    [
        ([], "a@b.example", False),
        (["*"], "a@b.example", True),
        (["a@b.example"], "A@B.example", True),
        (["@b.example"], "z@b.example", True),
        (["@b.example"], "z@not-b.example", False),
    ],
)
def test_only_listed_recipients_are_written_to(settings, allowed, address, expected):
    settings.MAIL_RECIPIENT_ALLOWLIST = allowed
    assert sending.is_allowed(address) is expected


def test_a_recipient_outside_the_list_never_reaches_the_server(kept, settings):
    settings.MAIL_RECIPIENT_ALLOWLIST = ["@acquit.example"]
    with pytest.raises(NotAllowed, match=r"paie@client\.example"):
        sending.send(MAIL)
    assert kept == []
