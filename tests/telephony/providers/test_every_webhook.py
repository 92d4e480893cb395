"""Every provider Anymail knows: its webhook has what it needs, and refuses who does not prove to be the provider."""

import base64
import inspect
import json
from datetime import UTC, datetime
from functools import cache

import pytest
from anymail.webhooks import amazon_ses, postal, resend, sendgrid
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.test import Client
from django.urls import URLPattern
from svix.webhooks import Webhook

from telephony.messaging.models import DeliveryEvent
from telephony.providers.email.urls import urlpatterns

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailWarning"),
]
SECRET = {"Authorization": f"Basic {base64.b64encode(b'acquit:secret').decode()}"}
WRONG = {"Authorization": f"Basic {base64.b64encode(b'acquit:other').decode()}"}
SVIX = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
# Who signs what he sends; the others prove themselves by the secret in their address.
SIGNING = (
    "mailersend", "mailgun", "mailtrap", "mandrill", "postal", "resend", "sendgrid_tracking", "unisender_go",
)  # fmt: skip


@cache
def public_key(kind: str) -> str:
    """A public key as providers show it: PEM without its first and last line."""
    made = {"rsa": lambda: rsa.generate_private_key(65537, 2048), "ec": lambda: ec.generate_private_key(ec.SECP256R1())}
    private = made[kind]()
    pem = private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return "".join(pem.decode().splitlines()[1:-1])


@pytest.fixture(autouse=True)
def keys(settings):
    settings.ANYMAIL = {
        "WEBHOOK_SECRET": "acquit:secret",
        "BREVO_API_KEY": "key",
        "MAILTRAP_API_TOKEN": "key",
        "SENDINBLUE_API_KEY": "key",
        "MAILERSEND_SIGNING_SECRET": "secret",
        "MAILERSEND_INBOUND_SECRET": "secret",
        "MAILGUN_API_KEY": "key",
        "MAILGUN_WEBHOOK_SIGNING_KEY": "key",
        "MAILTRAP_INBOUND_SECRET": "secret",
        "MAILTRAP_TRACKING_SECRET": "secret",
        "MANDRILL_API_KEY": "key",
        "MANDRILL_WEBHOOK_KEY": "key",
        "POSTAL_WEBHOOK_KEY": public_key("rsa"),
        "RESEND_API_KEY": "key",
        "RESEND_INBOUND_SECRET": SVIX,
        "RESEND_SIGNING_SECRET": SVIX,
        "SENDGRID_INBOUND_WEBHOOK_VERIFICATION_KEY": public_key("ec"),
        "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY": public_key("ec"),
        "UNISENDER_GO_API_KEY": "key",
    }


def path_of(route: URLPattern) -> str:
    return "/webhooks/mail/" + str(route.pattern).strip("^$").replace("(_mime)?", "")


def post(path: str, body: object, headers: dict[str, str]) -> int:
    content = body if isinstance(body, str) else json.dumps(body)
    return (
        Client(raise_request_exception=False)
        .post(path, content, content_type="application/json", headers=headers)
        .status_code
    )


def test_what_a_webhook_needs_is_installed():
    assert inspect.ismodule(amazon_ses.boto3)
    classes = (postal.InvalidSignature, resend.SvixWebhook, sendgrid.InvalidSignature)
    assert list(map(inspect.isclass, classes)) == [True, True, True]


@pytest.mark.parametrize("route", urlpatterns, ids=lambda route: route.name)
@pytest.mark.parametrize("headers", [{}, WRONG], ids=["no secret", "wrong secret"])
@pytest.mark.parametrize("body", [{}, [], "not json"], ids=["object", "list", "anything"])
def test_who_does_not_know_the_secret_is_refused(route: URLPattern, headers, body):
    assert post(path_of(route), body, headers) in (400, 401)
    assert DeliveryEvent.objects.count() == 0


@pytest.mark.parametrize(
    "route", [route for route in urlpatterns if str(route.name).startswith(SIGNING)], ids=lambda route: route.name
)
def test_who_signs_is_refused_without_his_signature(route: URLPattern):
    assert post(path_of(route), {}, SECRET) == 400
    assert DeliveryEvent.objects.count() == 0


def test_amazon_tells_of_a_delivery_through_its_notifications():
    told = {
        "eventType": "Delivery",
        "mail": {"messageId": "ses-1", "destination": ["a@b.example"], "headers": [], "tags": {}},
        "delivery": {"timestamp": "2026-03-02T09:00:00.000Z", "recipients": ["a@b.example"], "smtpResponse": "250 ok"},
    }
    body = {
        "Type": "Notification",
        "MessageId": "sns-1",
        "Message": json.dumps(told),
        "Timestamp": "2026-03-02T09:00:00.000Z",
    }
    headers = {"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": "sns-1"}
    assert post("/webhooks/mail/amazon_ses/tracking/", body, SECRET | headers) == 200
    assert DeliveryEvent.objects.values_list("provider", "kind", "provider_id").get() == (
        "amazon_ses",
        "delivered",
        "ses-1",
    )


def test_resend_is_heard_with_its_signature():
    body = json.dumps(
        {
            "type": "email.delivered",
            "created_at": "2026-03-02T09:00:00.000Z",
            "data": {"email_id": "re-1", "to": ["a@b.example"], "created_at": "2026-03-02T09:00:00.000Z"},
        }
    )
    now = datetime.now(UTC)
    signed = {
        "svix-id": "msg_1",
        "svix-timestamp": str(int(now.timestamp())),
        "svix-signature": Webhook(SVIX).sign("msg_1", now, body),
    }
    assert post("/webhooks/mail/resend/tracking/", body, SECRET | signed) == 200
    assert DeliveryEvent.objects.values_list("provider", "kind", "provider_id").get() == ("resend", "delivered", "re-1")
