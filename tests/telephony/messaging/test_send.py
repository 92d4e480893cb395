from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from crm.events.models import Delivery, Event
from crm.timeline.models import Entry
from telephony.core.channels import Ambiguous, NotAllowed, NotConnected, Permanent, Temporary
from telephony.core.outgoing import Attachment, NotBefore, Prepared, Refused, Stale
from telephony.messaging import operations
from telephony.messaging.models import Message
from telephony.messaging.operations.freezing import body
from telephony.messaging.operations.outbox import HANDED_FOR
from telephony.messaging.operations.outcomes import RETRIES
from telephony.messaging.operations.sending import RECOMPOSED
from tests.factories.messaging import AT, World, planned, sent

pytestmark = pytest.mark.django_db


def events() -> list[str]:
    return list(Event.objects.filter(kind__startswith="message.").order_by("pk").values_list("kind", flat=True))


def test_a_due_message_is_sent_frozen_and_told(world: World, listening: None):
    message = sent(origin_id=4)
    assert (message.state, message.sent_at, message.amount, message.currency) == ("sent", AT, Decimal(120), "EUR")
    assert body(message) == {"text": world.prepared.text, "html": world.prepared.html}
    event = Event.objects.get()
    assert (event.kind, event.customer_id) == ("message.sent", message.customer_id)
    told = {name: event.payload[name] for name in ("message_id", "origin", "origin_id", "completes")}
    assert told == {"message_id": message.pk, "origin": "test", "origin_id": 4, "completes": True}
    assert Delivery.objects.filter(consumer="test").count() == 1
    assert Entry.objects.get().params["subject"] == "Votre facture F-1"


def test_the_attempt_is_written_before_the_network_and_ended_after_it(world: World):
    seen = []
    world.while_sending = lambda mail: seen.extend(
        Message.objects.get(pk=mail.key).attempts.values_list("result", "message__state")
    )
    message = sent()
    assert seen == [("started", "reserved")]
    assert message.attempts.values_list("result", "provider", "provider_id").get() == (
        "accepted",
        "fake",
        f"fake-{message.pk}",
    )


def test_a_sent_message_is_not_sent_again(world: World):
    message = sent()
    assert operations.send_one(message.pk, AT) == "sent"
    assert len(world.sent) == 1


def test_an_origin_without_preparer_is_blocked(world: World):
    message = operations.queue(planned().address, origin="nobody", origin_id=1, at=AT)
    assert operations.send_one(message.pk, AT) == "blocked"
    assert world.sent == []


def test_what_a_page_gave_up_waiting_for_says_nothing_of_the_message(world: World):
    world.refusal = OperationalError()
    world.refusal.__cause__ = LockNotAvailable()
    message = planned()
    with pytest.raises(OperationalError):
        operations.send_one(message.pk, AT)
    message.refresh_from_db()
    assert (message.state, message.compose_failures, message.not_before_at) == ("planned", 0, AT)


def test_a_channel_that_is_not_connected_is_blocked(world: World):
    from tests.factories.customers import AddressFactory

    message = planned(address=AddressFactory(phone=True))
    assert operations.send_one(message.pk, AT) == "blocked"


def test_a_stale_message_is_cancelled_and_told(world: World):
    world.refusal = Stale("balance")
    message = planned()
    assert operations.send_one(message.pk, AT) == "cancelled"
    message.refresh_from_db()
    assert (message.reason, message.digest, message.attempts.count()) == ("stale: balance", "", 0)
    assert events() == ["message.stale"]


def test_a_message_refused_by_a_gate_is_blocked_with_its_rule(world: World):
    world.refusal = Refused("caps", "FR-21")
    message = planned()
    assert operations.send_one(message.pk, AT) == "blocked"
    assert Event.objects.get().payload["gate"] == "caps"
    assert Entry.objects.get().params["reason"] == {"said": "reason", "as": "caps: FR-21"}


def test_a_message_too_early_waits_and_is_asked_again_then(world: World):
    later = AT + timedelta(hours=3)
    world.refusal = NotBefore(later, "hours", "FR-21")
    message = planned()
    assert operations.send_one(message.pk, AT) == "waiting"
    world.refusal = None
    assert operations.send_one(message.pk, later - timedelta(minutes=1)) == "waiting"
    assert operations.hand_out(at=later) == [message.pk]
    assert operations.send_one(message.pk, later) == "sent"
    assert events() == ["message.sent"]


def test_a_message_that_cannot_be_composed_waits_and_shows_why(world: World):
    world.refusal = KeyError("amount")
    message = planned()
    assert operations.send_one(message.pk, AT) == "waiting"
    message.refresh_from_db()
    assert message.reason == "composition: KeyError: 'amount'"
    assert message.not_before_at > AT


def test_a_message_that_can_never_be_composed_is_handed_back_with_the_error(world: World):
    world.refusal = KeyError("amount")
    message, at = planned(), AT
    for wait in RECOMPOSED:
        assert operations.send_one(message.pk, at) == "waiting"
        at += wait
    assert operations.send_one(message.pk, at) == "blocked"
    assert Event.objects.get().payload["reason"] == "composition: KeyError: 'amount'"
    assert operations.hand_out(at=at + timedelta(days=30)) == []


def test_a_temporary_failure_is_tried_again_after_each_wait_then_fails(world: World):
    world.failure = Temporary("421", "421 come back later")
    message, at = planned(), AT
    for wait in RETRIES:
        assert operations.send_one(message.pk, at) == "waiting"
        at += wait
        message.refresh_from_db()
        assert message.not_before_at == at
    assert operations.send_one(message.pk, at) == "failed"
    assert events() == ["message.failed"]
    assert len(world.sent) == len(RETRIES) + 1


def test_a_server_nobody_reaches_uses_up_no_try(world: World):
    """Over a weekend the step would become a call, for our own outage."""
    world.failure = NotConnected("ConnectionRefusedError")
    message = planned()
    for hour in range(len(RETRIES) + 2):
        assert operations.send_one(message.pk, AT + timedelta(hours=hour)) == "waiting"
    message.refresh_from_db()
    assert (message.not_before_at, message.reason) == (
        AT,
        "ConnectionRefusedError",
    )  # late since then, as the alert says
    world.failure = Temporary("421", "421 come back later")
    assert operations.send_one(message.pk, AT + timedelta(days=1)) == "waiting"
    message.refresh_from_db()
    assert message.not_before_at == AT + timedelta(days=1) + RETRIES[0]


def test_it_is_tried_again_when_it_is_handed_out_again(world: World):
    world.failure = NotConnected("ConnectionRefusedError")
    message = planned()
    assert operations.hand_out(at=AT) == [message.pk]
    operations.send_batch([message.pk], clock=lambda: AT)
    assert operations.hand_out(at=AT + HANDED_FOR) == []
    assert operations.hand_out(at=AT + HANDED_FOR + timedelta(seconds=1)) == [message.pk]


def test_all_tries_have_the_same_message_id(world: World):
    world.failure = Temporary("421")
    message = planned()
    operations.send_one(message.pk, AT)
    world.failure = None
    assert operations.send_one(message.pk, AT + RETRIES[0]) == "sent"
    assert {mail.message_id for mail in world.sent} == {message.message_id}


def test_an_address_refused_at_once_is_marked(world: World):
    world.failure = Permanent("550", "550 5.1.1 no such user", bad_address=True)
    message = planned()
    assert operations.send_one(message.pk, AT) == "failed"
    address = message.address
    address.refresh_from_db()
    assert (address.invalid_since, address.invalid_reason) == (AT.date(), "550 5.1.1 no such user")
    assert Event.objects.get(kind="message.failed").payload["bad_address"] is True


def test_an_ambiguous_end_is_never_repeated(world: World):
    world.failure = Ambiguous("ReadTimeout", "no answer")
    message = planned()
    assert operations.send_one(message.pk, AT) == "ambiguous"
    assert operations.send_one(message.pk, AT + timedelta(days=1)) == "ambiguous"
    assert operations.hand_out(at=AT + timedelta(days=1)) == []
    assert (len(world.sent), events()) == (1, ["message.ambiguous"])


def test_a_recipient_we_may_not_write_to_is_blocked(world: World):
    world.failure = NotAllowed("environment", "x is not in MAIL_RECIPIENT_ALLOWLIST")
    assert operations.send_one(planned().pk, AT) == "blocked"
    assert Message.objects.get().reason == "environment: x is not in MAIL_RECIPIENT_ALLOWLIST"


def test_what_is_attached_is_kept_with_its_digest(world: World):
    world.prepared = Prepared(subject="s", text="t", attachments=(Attachment("relevé.pdf", b"%PDF"),))
    message = sent()
    enclosure = message.enclosures.get()
    assert (enclosure.name, bytes(enclosure.content), len(enclosure.digest)) == ("relevé.pdf", b"%PDF", 64)


def test_the_digest_depends_on_everything_that_was_written(world: World):
    digests = set()
    for number, changed in enumerate([{}, {"subject": "x"}, {"text": "x"}, {"html": "x"}, {"attachments": ("f",)}]):
        files = tuple(Attachment(name, b"") for name in changed.pop("attachments", ()))
        world.prepared = Prepared(**{"subject": "s", "text": "t", "html": "h", "attachments": files, **changed})
        digests.add(sent(number, planned(90 + number).address).digest)
    assert len(digests) == 5


def test_a_message_claims_one_currency(world: World):
    world.prepared = Prepared(amounts={"EUR": Decimal(1), "USD": Decimal(1)})
    message = planned()
    operations.send_one(message.pk, AT)
    message.refresh_from_db()
    assert message.reason == "composition: ValueError: A message claims amounts in one currency."


def test_mails_of_one_origin_make_one_thread(world: World):
    first = sent(1)
    second = operations.queue(first.address, origin="test", origin_id=1, attempt_key=2, at=AT)
    operations.send_one(second.pk, AT)
    assert world.sent[1].references == first.message_id


def test_nothing_is_tracked_unless_the_entity_wants_it(world: World):
    message = sent()
    assert (world.sent[0].track_opens, world.sent[0].track_clicks) == (False, False)
    message.entity.track_opens = True
    message.entity.save()
    sent(2, message.address)
    assert (world.sent[1].track_opens, world.sent[1].track_clicks) == (True, False)
