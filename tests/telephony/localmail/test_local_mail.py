"""The whole way, over HTTP: outbox → Anymail → local provider → its buttons → webhooks → message and customer."""

from base64 import b64encode

import pytest
from django.test import Client
from django.urls import reverse

from crm.customers.models import Customer
from crm.events.models import Event
from telephony.core import outgoing
from telephony.localmail import operations as provider
from telephony.localmail.models import LocalMail
from telephony.messaging import operations
from telephony.messaging.models import Message, Reply
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.messaging import AT, REMINDER, planned

MAILGUN = "anymail.backends.mailgun.EmailBackend"


@pytest.fixture
def online(live_server, settings, monkeypatch):
    """The application and the provider answer on the network; mail goes through Anymail's Mailgun."""
    settings.SITE_URL = live_server.url
    settings.EMAIL_BACKEND = MAILGUN
    settings.ANYMAIL = {**settings.ANYMAIL, "MAILGUN_API_URL": f"{live_server.url}/demo/esp/v3"}
    settings.MAIL_RECIPIENT_ALLOWLIST = ["*"]
    settings.MAIL_REPLY_TO = "replies@acquit.example"
    monkeypatch.setitem(outgoing.preparers, "test", lambda origin_id, at: REMINDER)


def delivered_to(recipient: str) -> tuple[Message, LocalMail]:
    message = planned(address=AddressFactory(value=recipient))
    assert operations.send_one(message.pk, AT) == "sent"
    return message, LocalMail.objects.get()


@pytest.mark.django_db(transaction=True)
def test_the_whole_way_there_and_back(online):
    message, mail = delivered_to("paie@client.example")
    assert mail.message_id == f"<{message.message_id}>"
    parsed = provider.parsed(mail)
    assert parsed["Reply-To"] == f"replies+{message.token}@acquit.example"
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for button, state in [("delivered", "delivered"), ("opened", "delivered"), ("bounced", "bounced")]:
        provider.press(mail, button, at=AT)
        operations.apply_events(at=AT)
        message.refresh_from_db()
        assert (button, message.state) == (button, state)
    message.address.refresh_from_db()
    assert message.address.invalid_reason == "550 5.1.1 The email account does not exist"
    provider.answer(mail, "Nous payons demain, merci.", at=AT)
    operations.read_replies(at=AT)
    reply = Reply.objects.get()
    assert (reply.customer, reply.message, reply.matched_by) == (message.customer, message, "token")
    assert reply.text == "Nous payons demain, merci."
    kinds = list(Event.objects.filter(kind__startswith="message.").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["message.sent", "message.delivered", "message.bounced", "message.reply"]
    for number, state in [(429, "waiting"), (400, "failed"), (500, "ambiguous")]:
        refused = planned(origin_id=number, address=AddressFactory(value=f"{number}@error.example"))
        assert (number, operations.send_one(refused.pk, AT)) == (number, state)
    _press_as_a_supervisor(mail)


def _press_as_a_supervisor(mail: LocalMail) -> None:
    client = Client()
    client.force_login(UserFactory(administrator=True))
    client.post(reverse("localmail:press", args=[mail.pk, "complained"]))
    mail.refresh_from_db()
    assert mail.last_event == "complained"


@pytest.mark.django_db
def test_the_interface_needs_its_key(client):
    assert client.post("/demo/esp/v3/x.example/messages", {"to": "a@b.example"}).status_code == 401


@pytest.mark.django_db
def test_a_mail_keeps_its_files_and_headers(client):
    key = b64encode(b"api:local").decode()
    fields = {
        "from": "a@b.example",
        "to": "Zoé <z@c.example>",
        "subject": "é",
        "text": "t",
        "h:X-A": "1",
        "v:acquit": "m@d",
    }
    answer = client.post("/demo/esp/v3/x/messages", fields, headers={"Authorization": f"Basic {key}"})
    assert answer.json()["message"] == "Queued. Thank you."
    mail = LocalMail.objects.get()
    assert (mail.recipient, mail.subject, mail.variables) == ("z@c.example", "é", {"acquit": "m@d"})
    assert provider.parsed(mail)["X-A"] == "1"


@pytest.mark.django_db
def test_a_collector_reads_the_mails_of_the_customers_he_sees(client):
    entity = EntityFactory(sender_email="compta@house.example")
    mine, other = CustomerFactory.create_batch(2, entity=entity)
    collector = UserFactory()
    Customer.objects.filter(pk=mine.pk).update(collector=collector)
    for customer, value in ((mine, "mine@client.example"), (other, "other@client.example")):
        AddressFactory(customer=customer, value=value)
        provider.take(f"From: {entity.sender_email}\r\nTo: {value}\r\nSubject: {value}\r\n\r\nTexte\r\n".encode())
    provider.take(b"From: x@elsewhere.example\r\nTo: mine@client.example\r\nSubject: s\r\n\r\nTexte\r\n")
    client.force_login(collector)
    page = client.get(reverse("localmail:list"))
    assert [mail.subject for mail in page.context["page"].rows] == ["mine@client.example"]
    assert Client().get(reverse("localmail:list")).status_code == 302


@pytest.mark.django_db
def test_an_integrator_reads_none(client):
    client.force_login(UserFactory(integrator=True))
    assert client.get(reverse("localmail:list")).status_code == 403


@pytest.mark.django_db
def test_the_html_of_a_mail_is_shown_in_a_sandbox(supervisor):
    raw = b"Subject: s\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script><b>x</b>"
    answer = supervisor.get(reverse("localmail:html", args=[provider.take(raw).pk]))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src 'none'" in policy


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_any_number(count, supervisor, django_assert_max_num_queries):
    for _ in range(count):
        provider.take(b"Subject: s\r\n\r\nt")
    with django_assert_max_num_queries(6):
        supervisor.get(reverse("localmail:list"))
