"""Our tables against Anymail's own code, and its errors as ours."""

import importlib
import pkgutil
from types import ModuleType

import pytest
import requests
from anymail import backends
from anymail.backends.base import BasePayload
from anymail.exceptions import AnymailRecipientsRefused, AnymailRequestsAPIError, AnymailUnsupportedFeature
from anymail.signals import AnymailTrackingEvent, EventType

from telephony.core.channels import Ambiguous, NotConnected, Permanent, Temporary
from telephony.providers.email import errors, esp
from telephony.providers.email.news import KINDS, normal
from tests.factories.messaging import AT

# sendinblue is the old name of brevo.
HELPERS = {"base", "base_requests", "console", "test", "sendinblue"}


def providers() -> dict[str, list[type]]:
    found = {}
    for module in pkgutil.iter_modules(backends.__path__):
        if module.name not in HELPERS:
            found[module.name] = payloads(importlib.import_module(f"anymail.backends.{module.name}"))
    return found


def payloads(module: ModuleType) -> list[type]:
    made = [value for value in vars(module).values() if isinstance(value, type)]
    return [value for value in made if issubclass(value, BasePayload)]


def lacking(method: str) -> set[str]:
    base = getattr(BasePayload, method)
    return {name for name, made in providers().items() if all(getattr(one, method) is base for one in made)}


def test_we_know_which_providers_keep_no_metadata():
    assert lacking("set_metadata") == esp.WITHOUT_METADATA


def test_we_know_which_providers_track_by_account():
    assert lacking("set_track_opens") == lacking("set_track_clicks") == esp.TRACKING_BY_ACCOUNT - HELPERS


def test_every_event_of_anymail_has_a_kind():
    told = {value for name, value in vars(EventType).items() if name.isupper() and "INBOUND" not in name}
    assert set(KINDS) == told


def answered(status: int) -> AnymailRequestsAPIError:
    response = requests.Response()
    response.status_code = status
    return AnymailRequestsAPIError("no", response=response)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Permanent),
        (422, Permanent),
        (401, NotConnected),
        (429, Temporary),
        (503, Temporary),
        (500, Ambiguous),
        (502, Ambiguous),
    ],
)
def test_http_answers(status, kind):
    assert type(errors.classified(answered(status))) is kind


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (requests.ConnectTimeout(), NotConnected),
        (requests.ReadTimeout(), Ambiguous),
        (requests.ConnectionError("reset"), Ambiguous),
    ],
)
def test_no_answer(cause, kind):
    # As anymail.backends.base_requests does.
    error = type("AnymailRequestsAPIError", (AnymailRequestsAPIError, type(cause)), {})("x")
    error.__cause__ = cause
    assert type(errors.classified(error)) is kind


def test_a_refused_connection_is_surely_not_sent():
    with pytest.raises(requests.ConnectionError) as refused:
        requests.get("http://127.0.0.1:1/", timeout=1)
    error = type("AnymailRequestsAPIError", (AnymailRequestsAPIError, requests.ConnectionError), {})("x")
    error.__cause__ = refused.value
    assert type(errors.classified(error)) is NotConnected


def test_refused_recipients_and_missing_options_are_for_good():
    refused = errors.classified(AnymailRecipientsRefused())
    assert (type(refused), refused.bad_address) == (Permanent, True)
    assert type(errors.classified(AnymailUnsupportedFeature("x"))) is Permanent


def test_what_nobody_foresaw_is_ambiguous():
    assert type(errors.classified(RuntimeError("?"))) is Ambiguous


@pytest.mark.parametrize(
    ("said", "reason", "permanent"),
    [
        ("550 5.1.1 no such user", "bounced", True),
        ("552 5.2.2 mailbox full", "bounced", False),
        ("550 5.7.1 policy", "bounced", False),
        ("550 5.1.8 sender's domain not found", "bounced", False),
        ("550 unknown", "bounced", True),
        ("", "invalid", True),
        ("", "timed_out", False),
        ("", "blocked", False),
    ],
)
def test_a_bounce_is_for_good_when_the_address_is_wrong(said, reason, permanent):
    event = AnymailTrackingEvent(event_type="bounced", mta_response=said, reject_reason=reason)
    assert normal(event, "Mailgun", at=AT).permanent is permanent


def test_events_without_a_number_get_the_same_key_twice():
    def event() -> AnymailTrackingEvent:
        return AnymailTrackingEvent(event_type="delivered", message_id="1", recipient="a@b.example", timestamp=AT)

    assert normal(event(), "Amazon SES", at=AT).key == normal(event(), "Amazon SES", at=AT).key
    assert normal(event(), "Amazon SES", at=AT).provider == "amazon_ses"
