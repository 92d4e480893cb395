"""Mail that comes back: reports, automatic answers, people."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse
from hypothesis import given, strategies as st

from crm.customers.models import Customer
from crm.customers.operations import merge_customers
from crm.events.models import Event
from crm.timeline.models import Entry
from crm.timeline.params import worded
from telephony.core.channels import Ambiguous
from telephony.messaging import operations
from telephony.messaging.models import DeliveryEvent, Message, Reply
from telephony.messaging.operations import replies
from telephony.providers.email import received
from tests.factories import mails
from tests.factories.accounts import UserFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.messaging import AT, World, sent

TOLD_ELSEWHERE = (
    "Message à paie@client.example\N{NO-BREAK SPACE}: il a été transmis à jean.parti@client.example, qui le"
    " refuse (550 5.1.1 User unknown). Personne ne peut dire s’il a été lu : demandez au client."
)


def give(raw: bytes, *recipients: str) -> Reply:
    operations.receive(raw, at=AT, recipients=recipients)
    operations.read_replies(at=AT)
    operations.apply_events(at=AT)
    return Reply.objects.order_by("-pk").first()  # type: ignore[return-value]


@pytest.fixture
def message(world: World) -> Message:
    return sent(1, AddressFactory(value="paie@client.example"))


@pytest.mark.django_db
@pytest.mark.parametrize("headers_only", [False, True])
def test_a_bounce_report_marks_message_and_address(message, headers_only):
    reply = give(mails.bounce(message.message_id, headers_only=headers_only))
    message.refresh_from_db()
    message.address.refresh_from_db()
    assert (reply.kind, message.state, message.reason) == ("bounce", "bounced", "550 5.1.1 User unknown")
    assert message.address.invalid_since == AT.date()
    assert Event.objects.filter(kind="message.reply").count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("recipient", "original", "state", "invalid"),
    [
        ("jean.parti@client.example", "", "sent", False),
        ("paie@client.example", "jean.parti@client.example", "sent", False),
        ("jean.parti@client.example", "paie@client.example", "bounced", False),
        ("<PAIE@client.example>", "Paie@Client.example", "bounced", True),
        ("|deliver", "", "bounced", True),
    ],
)
def test_the_bounce_of_another_address_condemns_not_ours(message, recipient, original, state, invalid):
    """Its server sent the mail on; of where it was sent on to, nothing is written of the address we wrote to."""
    give(mails.bounce(message.message_id, recipient=recipient, original=original))
    message.refresh_from_db()
    message.address.refresh_from_db()
    assert (message.state, message.address.invalid_since is not None) == (state, invalid)
    assert message.delivery_events.get().recipient == (original or recipient)


@pytest.mark.django_db
@pytest.mark.parametrize("original", ["", "jean.parti@client.example"])
def test_who_follows_the_customer_is_told_that_a_mail_sent_on_was_refused_there(message, original):
    give(mails.bounce(message.message_id, recipient="jean.parti@client.example", original=original))
    message.refresh_from_db()
    assert (message.state, message.reason) == ("sent", "elsewhere: jean.parti@client.example: 550 5.1.1 User unknown")
    entry = Entry.objects.latest("pk")
    assert entry.customer == message.customer
    assert worded(entry.subject, entry.params) == TOLD_ELSEWHERE


@pytest.mark.django_db
def test_a_delay_elsewhere_is_told_to_nobody(message):
    before = Entry.objects.count()
    give(mails.bounce(message.message_id, recipient="jean@client.example", action="delayed", status="4.4.1", said="x"))
    message.refresh_from_db()
    assert (message.state, message.reason, Entry.objects.count()) == ("sent", "", before)


@pytest.mark.django_db
def test_a_report_from_elsewhere_settles_whether_a_message_left(world):
    world.failure = Ambiguous("timeout")
    message = sent(1, AddressFactory(value="paie@client.example"))
    give(mails.bounce(message.message_id, recipient="jean@client.example"))
    message.refresh_from_db()
    assert (message.state, message.reason) == ("sent", "elsewhere: jean@client.example: 550 5.1.1 User unknown")


@pytest.mark.django_db
def test_a_bounce_of_the_address_written_to_stands_whatever_comes_from_elsewhere(message):
    for recipient, number in (("paie@client.example", "1@x"), ("jean@client.example", "2@x")):
        give(mails.bounce(message.message_id, recipient=recipient, number=number))
    message.refresh_from_db()
    assert (message.state, message.reason) == ("bounced", "550 5.1.1 User unknown")


@pytest.mark.django_db
@pytest.mark.parametrize("domain", ["crémerie.example", "xn--crmerie-cya.example"])
def test_a_report_names_a_domain_as_its_server_does(world, domain):
    message = sent(1, AddressFactory(value="paie@crémerie.example"))
    give(mails.bounce(message.message_id, recipient=f"paie@{domain}"))
    message.refresh_from_db()
    assert message.state == "bounced"


@pytest.mark.django_db
def test_a_full_mailbox_bounces_but_the_address_stays_good(message):
    give(mails.bounce(message.message_id, status="5.2.2", said="552 5.2.2 Mailbox full"))
    message.refresh_from_db()
    message.address.refresh_from_db()
    assert (message.state, message.address.invalid_since) == ("bounced", None)


@pytest.mark.django_db
def test_a_delay_is_no_bounce(message):
    give(mails.bounce(message.message_id, action="delayed", status="4.4.1", said="421 4.4.1 busy"))
    message.refresh_from_db()
    assert message.state == "sent"
    assert message.delivery_events.get().kind == "deferred"


@pytest.mark.django_db
def test_a_report_received_twice_counts_once(message):
    give(mails.bounce(message.message_id))
    give(mails.bounce(message.message_id))
    assert (Reply.objects.count(), DeliveryEvent.objects.count()) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("date", [b"Fri, 31 Dec 9999 23:00:00 -1200", b"Fri, 01 Jan 2027 10:00:00 +0100", b"?"])
def test_a_report_counts_from_when_it_came_whatever_it_says(message, date):
    """Whoever writes to us chooses its date: one beyond what a calendar holds stopped all news."""
    give(mails.bounce(message.message_id).replace(b"Mon, 02 Mar 2026 10:00:00 +0100", date))
    message.refresh_from_db()
    assert (message.state, message.closed_at) == ("bounced", AT)


@pytest.mark.django_db
def test_a_complaint_report_stops_the_messages(message):
    give(mails.complaint(message.message_id))
    message.refresh_from_db()
    message.address.refresh_from_db()
    assert message.state == "complained"
    assert message.address.opted_out_at is not None


@pytest.mark.django_db
def test_a_reply_is_recognised_by_its_token(message):
    reply = give(mails.answer(From="quelquun@ailleurs.example", To=f"replies+{message.token}@acquit.example"))
    assert (reply.kind, reply.customer, reply.message, reply.matched_by) == (
        "answer",
        message.customer,
        message,
        "token",
    )


@pytest.mark.django_db
def test_the_envelope_is_enough(message):
    reply = give(mails.answer(From="x@y.example"), f"replies+{message.token.upper()}@acquit.example")
    assert reply.matched_by == "token"


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["In_Reply_To", "References"])
def test_a_reply_is_recognised_by_the_mail_it_answers(message, header):
    reply = give(mails.answer(From="x@y.example", **{header: f"<other@z> <{message.message_id}>"}))
    assert (reply.customer, reply.message, reply.matched_by) == (message.customer, message, "reference")


@pytest.mark.django_db
def test_a_reply_is_recognised_by_the_provider_s_number(message):
    reply = give(mails.answer(From="x@y.example", References=f"<fake-{message.pk}@provider.example>"))
    assert reply.message == message


@pytest.mark.django_db
def test_a_mail_is_recognised_by_who_writes(message):
    reply = give(mails.answer(From="PAIE@client.example"))
    assert (reply.customer, reply.message, reply.matched_by) == (message.customer, message, "sender")


@pytest.mark.django_db
def test_an_address_of_two_customers_decides_nothing(message):
    AddressFactory(value="paie@client.example")
    reply = give(mails.answer())
    assert (reply.customer, reply.message, reply.kind) == (None, None, "answer")


@pytest.mark.django_db
def test_a_reply_is_told_and_shown(message, listening):
    reply = give(mails.answer("Nous payons lundi.", In_Reply_To=f"<{message.message_id}>"))
    event = Event.objects.get(kind="message.reply")
    assert (event.customer_id, event.payload) == (
        message.customer_id,
        {"reply_id": reply.pk, "message_id": message.pk, "origin": "test", "origin_id": 1},
    )
    entry = Entry.objects.get(kind="reply")
    assert (entry.text, entry.params["sender"]) == ("Nous payons lundi.", "paie@client.example")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "auto-replied"}, {"X_Autoreply": "yes"}, {"Precedence": "auto_reply"}]
)
def test_an_automatic_answer_asks_nobody_to_read(message, headers):
    reply = give(mails.answer(In_Reply_To=f"<{message.message_id}>", **headers))
    assert (reply.kind, reply.customer) == ("automatic", message.customer)
    assert Event.objects.filter(kind="message.reply").count() == 0
    assert Entry.objects.filter(kind="reply").count() == 1


@pytest.mark.django_db
def test_html_becomes_text_without_code(message):
    reply = give(mails.answer("<p>Bonjour</p><script>alert(1)</script>", html=True))
    assert reply.text == "Bonjour"


HTML = """<html><head><title>Re</title><style>p { color: red }</style></head><body>
<p>Bonjour,</p><p>Nous payons   Tom &amp; Co
12&nbsp;€ l'avoir &lt; 3<br>Merci</p><!-- no -->
Le détail<div>ci-dessous</div><div><br></div><p>&nbsp;</p><h2 title="a > b">F-1</h2>
<table><tr><td>Total</td><td>12</td></tr><tr><td>Solde</td></tr></table>
<ul><li>un</li><li>deux</li></ul>&lt;script&gt;alert(1)&lt;/script&gt;<script>alert(2)</script></body></html>"""


@pytest.mark.django_db
def test_a_mail_in_html_alone_reads_as_it_was_written(message):
    reply = give(mails.answer(HTML, html=True))
    start, end = reply.text.split("Merci\n")
    assert start == "Bonjour,\nNous payons Tom & Co 12\N{NO-BREAK SPACE}€ l'avoir < 3\n"
    assert end == "Le détail\nci-dessous\nF-1\nTotal 12\nSolde\nun\ndeux\n<script>alert(1)</script>"


@pytest.mark.django_db
def test_what_a_mail_says_is_no_code_on_a_page(message, client):
    give(mails.answer("<p>&lt;b id=code&gt;Bonjour</p>", html=True))
    client.force_login(UserFactory(administrator=True))
    page = client.get(reverse("customer", args=[message.customer_id])).text
    assert ("&lt;b id=code&gt;Bonjour" in page, "<b id=code>" in page) == (True, False)


@pytest.mark.django_db
def test_a_mail_without_number_is_stored_once():
    raw = mails.answer()
    give(raw)
    give(raw)
    assert Reply.objects.count() == 1


@pytest.mark.django_db
def test_another_mail_of_the_same_number_is_another_mail(message):
    """Some ticket systems give all of theirs the same one, and whoever knows it can write first."""
    for text in ("Bien reçu.", "Nous contestons la facture.", "Bien reçu."):
        give(mails.answer(text, Message_ID="<x@y>"))
    assert list(Reply.objects.order_by("pk").values_list("header_id", "text")) == [
        ("x@y", "Bien reçu."),
        ("x@y", "Nous contestons la facture."),
    ]


@pytest.mark.django_db
def test_another_report_of_the_same_number_is_applied(message):
    give(mails.bounce("unknown@acquit.example"))
    give(mails.bounce(message.message_id))
    message.refresh_from_db()
    assert message.state == "bounced"


@pytest.mark.django_db
def test_a_mail_that_comes_two_ways_is_one(message):
    raw = mails.answer(Message_ID="<x@y>")
    give(raw)
    give(b"Received: from mx.client.example; Mon, 02 Mar 2026 10:00:00 +0100\r\n" + raw.replace(b"\n", b"\r\n"))
    assert Reply.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{"Message_ID": "<x@y>"}, {}])
def test_an_upgrade_knows_the_mails_that_came_lately(message, headers):
    give(mails.answer(**headers))
    Reply.objects.update(digest="")
    import_module("telephony.messaging.migrations.0006_replies_by_what_they_say").digest_of_late_ones(apps, None)
    give(mails.answer(**headers))
    assert Reply.objects.count() == 1


@pytest.mark.django_db
def test_an_unread_mail_waits_for_the_task():
    operations.receive(mails.answer(), at=AT)
    assert Reply.objects.get().kind == "unread"
    assert operations.read_replies(at=AT + timedelta(minutes=1)) == 1


@pytest.fixture
def cannot_be_read(monkeypatch, message):
    """A mail that waited for a worker, then was tried for an hour."""
    with monkeypatch.context() as patch:
        patch.setattr(received, "parse", lambda raw: 1 / 0)
        operations.receive(mails.answer(), at=AT - timedelta(days=1))
        for minutes in (0, 59, 60):
            assert list(Reply.objects.values_list("kind", flat=True)) == ["unread"]
            operations.read_replies(at=AT + timedelta(minutes=minutes))
    return Reply.objects.get()


@pytest.mark.django_db
def test_a_mail_that_cannot_be_read_is_left_to_a_person_after_an_hour(cannot_be_read):
    assert (cannot_be_read.kind, cannot_be_read.subject) == ("unreadable", "Re: Votre facture")
    assert ("paie@client.example" in cannot_be_read.sender, "Votre facture" in cannot_be_read.text) == (True, True)
    assert operations.read_replies(at=AT + timedelta(hours=2)) == 0


@pytest.mark.django_db
def test_it_is_read_again_when_a_person_asks(cannot_be_read):
    assert operations.read_again(Reply.objects.all()) == 1
    assert operations.read_replies(at=AT + timedelta(days=1)) == 1
    assert Reply.objects.get().kind == "answer"


@pytest.mark.django_db
@pytest.mark.parametrize("put_aside", [False, True])
def test_given_to_its_customer_it_is_an_answer(cannot_be_read, message, put_aside):
    if put_aside:
        operations.set_aside(Reply.objects.all())
    operations.attach_reply(cannot_be_read, message.customer, by=UserFactory(), at=AT)
    assert Reply.objects.get().kind == "answer"
    assert Event.objects.filter(kind="message.reply").count() == 1


@pytest.fixture
def merged(message):
    """The record of the sender as it was read before another was kept for it."""
    kept = CustomerFactory(entity=message.customer.entity)
    merge_customers(kept, Customer.objects.get(pk=message.customer.pk), by=None, at=AT)
    return message.customer


@pytest.mark.django_db
def test_a_mail_is_given_to_the_record_its_customer_is_kept_under(merged):
    reply = give(mails.answer(From="inconnu@ailleurs.example"))
    operations.attach_reply(reply, merged, by=UserFactory(), at=AT)
    kept = Customer.objects.current().get()
    told = Entry.objects.get(kind="reply").customer, Event.objects.get(kind="message.reply").customer_id
    assert (Reply.objects.get().customer, *told) == (kept, kept, kept.pk)


@pytest.mark.django_db
def test_a_mail_read_while_its_customer_is_merged_goes_where_he_went(merged, monkeypatch):
    monkeypatch.setattr(replies, "_by_sender", lambda mail: merged)
    assert give(mails.answer()).customer == Customer.objects.current().get()


@given(st.binary(max_size=400))
def test_any_bytes_can_be_read(raw):
    assert received.parse(raw).kind in ("answer", "automatic", "bounce")


@given(st.sampled_from(["From", "To", "Date", "Subject", "Content-Type", "References"]), st.text(max_size=60))
def test_wrong_headers_are_read_as_far_as_they_can_be(name, value):
    raw = f"{name}: {value}\r\nMessage-ID: <1@x>\r\n\r\nHello".encode("utf-8", "replace")
    assert received.parse(raw).kind in ("answer", "automatic", "bounce")


def test_an_address_without_token_has_none():
    assert received.token("replies@acquit.example") == ""


@pytest.mark.django_db
@pytest.mark.parametrize("subject", ["=?utf-8?b?AGE=?=", "=?utf-8?q?a=00?="])
def test_a_sign_no_database_holds_keeps_no_mail_unread(message, subject):
    raw = mails.answer().replace(b"Subject: Re: Votre facture", b"Subject: " + subject.encode())
    assert (give(raw).kind, give(raw).subject) == ("answer", "a")


@pytest.mark.django_db
def test_a_mail_named_with_a_sign_no_database_holds_is_stored_and_read(message):
    raw = b"Message-ID: <a\x00b@client.example>\r\nFrom: paie@client.example\r\nSubject: x\r\n\r\nBonjour"
    assert (give(raw).kind, give(raw).header_id) == ("answer", "ab@client.example")


@pytest.mark.django_db
def test_a_report_of_signs_no_database_holds_is_applied(message):
    give(mails.bounce(message.message_id, said="550 5.1.1 no\x00body"))
    message.refresh_from_db()
    assert (message.state, message.reason) == ("bounced", "550 5.1.1 nobody")
