"""A mailbox over TLS whose certificate a private authority signed: a small server of ours, then a real Dovecot."""

import pytest
from django.core.management import CommandError, call_command

from telephony.messaging.mailbox import read_mailbox
from telephony.messaging.models import Reply
from telephony.providers.email.imap import Mailbox, MailboxError
from tests.factories import mails
from tests.factories.certificates import Authority, serving_context
from tests.factories.messaging import AT
from tests.servers import dovecot
from tests.telephony.messaging.imap_server import serving

AUTHORITY = Authority()
OTHER = Authority("Another one")


@pytest.fixture(params=["ours", pytest.param("dovecot", marks=dovecot.NEEDED)])
def port(request, tmp_path):
    """Of a mailbox of 127.0.0.1 with one mail, its certificate made by AUTHORITY."""
    files = AUTHORITY.server(tmp_path, "127.0.0.1")
    if request.param == "dovecot":
        with dovecot.serving(files, mails.answer(Message_ID="<1@x>")) as found:
            yield found
        return
    with serving(serving_context(files)) as imap:
        imap.mails = {1: mails.answer(Message_ID="<1@x>")}
        yield imap.server_address[1]


def box(port: int, ca: str, host: str = "127.0.0.1") -> Mailbox:
    return Mailbox(host, "replies", "secret", port=port, ca=ca)


@pytest.mark.django_db
def test_the_authority_told_is_believed(port):
    assert read_mailbox(box(port, AUTHORITY.pem), at=AT) == 1
    assert read_mailbox(box(port, AUTHORITY.pem), at=AT) == 0
    assert Reply.objects.get().header_id == "1@x"


@pytest.mark.django_db
@pytest.mark.parametrize("ca", ["", OTHER.pem])
def test_without_it_or_with_another_the_certificate_is_refused(port, ca):
    with pytest.raises(MailboxError, match=r"certificate is refused: unable to get local issuer.*IMAP_CA"):
        read_mailbox(box(port, ca), at=AT)
    assert Reply.objects.count() == 0


@pytest.mark.django_db
def test_a_certificate_of_another_name_is_refused(port):
    with pytest.raises(MailboxError, match=r"refused: Hostname mismatch.*'localhost'"):
        read_mailbox(box(port, AUTHORITY.pem, host="localhost"), at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize(("ca", "said"), [(AUTHORITY.pem, None), (OTHER.pem, "replies@127.0.0.1/INBOX: the cert")])
def test_the_command_believes_the_setting(port, settings, ca, said):
    settings.IMAP_HOST, settings.IMAP_PORT, settings.IMAP_TLS, settings.IMAP_CA = "127.0.0.1", port, True, ca
    settings.IMAP_USER, settings.IMAP_PASSWORD = "replies", "secret"
    if said is None:
        call_command("read_mailbox")
    else:
        with pytest.raises(CommandError, match=said):
            call_command("read_mailbox")
