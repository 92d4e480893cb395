"""Webhooks through the true routes: closed, verified, quick, harmless when doubled."""

import json
from base64 import b64encode

import pytest
from django.test import Client
from django.urls import URLPattern

from telephony.localmail import operations as provider
from telephony.localmail.models import LocalMail
from telephony.messaging import operations
from telephony.messaging.models import DeliveryEvent, Reply
from telephony.providers.email import urls
from telephony.providers.email.urls import urlpatterns
from tests.factories import mails
from tests.factories.messaging import AT

MAILGUN = "/webhooks/mail/mailgun/tracking/"
POSTMARK = "/webhooks/mail/postmark/tracking/"
SECRET = {"Authorization": f"Basic {b64encode(b'local:secret').decode()}"}
DELIVERY = {
    "RecordType": "Delivery",
    "MessageID": "pm-1",
    "Recipient": "a@b.example",
    "DeliveredAt": "2026-03-02T09:00:00Z",
}


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": "local:secret", "MAILGUN_WEBHOOK_SIGNING_KEY": "key", "MAILGUN_API_KEY": "k"}


def body(message_id: str = "m@d") -> bytes:
    mail = LocalMail(message_id=f"<{message_id}>", recipient="a@b.example", variables={"acquit": message_id})
    return provider.event_body(mail, "delivered", at=AT)


def post(client: Client, path: str, content: bytes, headers: dict[str, str] | None = None) -> int:
    return client.post(path, content, content_type="application/json", headers=headers or {}).status_code


@pytest.mark.django_db
@pytest.mark.parametrize("route", urlpatterns, ids=lambda route: route.name)
def test_every_webhook_is_closed_without_a_secret(client, settings, route: URLPattern):
    settings.ANYMAIL = {}
    path = "/webhooks/mail/" + str(route.pattern).strip("^$").replace("(_mime)?", "")
    assert client.post(path, {}).status_code == 403


@pytest.mark.django_db
def test_news_with_secret_and_signature_is_stored(client):
    assert post(client, MAILGUN, body(), SECRET) == 200
    event = DeliveryEvent.objects.get()
    assert (event.provider, event.kind, event.message_ref, event.at) == ("mailgun", "delivered", "m@d", AT)
    assert event.payload["raw"]["event-data"]["event"] == "delivered"


@pytest.mark.django_db
def test_a_wrong_secret_or_signature_is_refused(client):
    forged = json.loads(body())
    forged["signature"]["signature"] = "0" * 64
    wrong = {"Authorization": f"Basic {b64encode(b'local:other').decode()}"}
    assert [
        post(client, MAILGUN, body()),
        post(client, MAILGUN, body(), wrong),
        post(client, MAILGUN, json.dumps(forged).encode(), SECRET),
    ] == [400, 400, 400]
    assert DeliveryEvent.objects.count() == 0


@pytest.mark.django_db
def test_a_provider_without_signature_needs_the_secret(client):
    content = json.dumps(DELIVERY).encode()
    assert [post(client, POSTMARK, content), post(client, POSTMARK, content, SECRET)] == [400, 200]
    assert DeliveryEvent.objects.get().provider_id == "pm-1"


@pytest.mark.django_db
def test_a_doubled_webhook_is_stored_once(client):
    content = body()
    assert [post(client, MAILGUN, content, SECRET), post(client, MAILGUN, content, SECRET)] == [200, 200]
    assert DeliveryEvent.objects.count() == 1


@pytest.mark.django_db
def test_news_with_signs_no_database_holds_is_stored(client):
    content = json.dumps({**DELIVERY, "Details": "a\x00b", "Subject": "half of a face: \ud83d"}).encode()
    assert post(client, POSTMARK, content, SECRET) == 200
    payload = DeliveryEvent.objects.get().payload["raw"]
    assert (payload["Details"], payload["Subject"]) == ("ab", "half of a face: ?")


@pytest.mark.django_db
def test_a_mail_with_such_signs_in_a_form_is_kept(client):
    raw = mails.answer("Bonjour\0", Message_ID="<1@client.example>").decode()
    form = provider.signature(AT) | {
        "recipient": "replies+0@acquit.example",
        "sender": "a\0@b.example",
        "body-mime": raw,
    }
    assert client.post("/webhooks/mail/mailgun/inbound_mime/", form, headers=SECRET).status_code == 200
    assert Reply.objects.get().header_id == "1@client.example"


@pytest.mark.django_db
def test_a_webhook_costs_one_statement(client, django_assert_num_queries):
    content = body()
    with django_assert_num_queries(1):
        post(client, MAILGUN, content, SECRET)


@pytest.mark.django_db
def test_a_mail_received_by_a_provider_is_kept_whole(client):
    raw = mails.answer("Bonjour", Message_ID="<1@client.example>").decode()
    form = provider.signature(AT) | {"recipient": "replies+0@acquit.example", "sender": "a@b.example", "body-mime": raw}
    assert client.post("/webhooks/mail/mailgun/inbound_mime/", form, headers=SECRET).status_code == 200
    reply = Reply.objects.get()
    assert (reply.header_id, reply.recipients, reply.kind) == (
        "1@client.example",
        ["replies+0@acquit.example"],
        "unread",
    )


def with_a_file(size: int) -> bytes:
    """A mail as Postmark hands it over, with a file of `size` bytes."""
    file = {"Name": "a.pdf", "ContentType": "application/pdf", "Content": b64encode(b"x" * size).decode()}
    mail = {"From": "a@b.example", "To": "replies@acquit.example", "Subject": "Re", "TextBody": "Ci-joint"}
    mail |= {"Headers": [{"Name": "Message-ID", "Value": "<1@b.example>"}], "Attachments": [file]}
    return json.dumps(mail).encode()


@pytest.mark.django_db
def test_an_answer_with_a_large_file_is_taken_from_who_knows_the_secret(client):
    path, content = "/webhooks/mail/postmark/inbound/", with_a_file(6_000_000)
    assert [post(client, path, content), post(client, path, content, SECRET)] == [400, 200]
    assert Reply.objects.get().header_id == "1@b.example"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "head",
    [
        f"Message-ID: <[{'x' * 100}]@y>\nFrom: a@b.example",
        f"Message-ID: <1@b.example>\nFrom: =?utf-8?q?A=0A{'x' * 60}?= {'y' * 60} <a@b.example>",
    ],
)
def test_a_mail_whose_head_cannot_be_folded_is_taken(client, head):
    form = provider.signature(AT) | {"recipient": "replies+0@acquit.example", "body-mime": f"{head}\n\nBonjour"}
    assert client.post("/webhooks/mail/mailgun/inbound_mime/", form, headers=SECRET).status_code == 200
    operations.read_replies(at=AT)
    assert (Reply.objects.get().kind, Reply.objects.get().text) == ("answer", "Bonjour")


@pytest.mark.django_db
def test_a_mail_handed_over_twice_is_stored_once(client):
    """Of one handed over as JSON we make the parts, with another boundary each time."""
    content = with_a_file(100)
    assert [post(client, "/webhooks/mail/postmark/inbound/", content, SECRET) for _ in range(2)] == [200, 200]
    assert Reply.objects.count() == 1


@pytest.mark.django_db
def test_what_is_larger_than_any_mail_is_refused(client, monkeypatch):
    monkeypatch.setattr(urls, "MAIL_BYTES", 6_000_000)
    assert post(client, "/webhooks/mail/postmark/inbound/", with_a_file(6_000_000), SECRET) == 400
