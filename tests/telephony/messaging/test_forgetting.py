"""What is received is kept whole for a while; what was understood stays."""

from datetime import timedelta

import pytest
import time_machine

from crm.timeline.models import Entry
from telephony.core.news import News
from telephony.messaging import operations, tasks
from telephony.messaging.models import DeliveryEvent, Message, Reply, ReplyKind
from tests.connections import beside
from tests.factories import mails
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.messaging import AT, World, sent

OLD, NEW = AT - timedelta(days=10), AT
BETWEEN = AT - timedelta(days=5)
WAITING = {ReplyKind.UNREAD, ReplyKind.UNREADABLE}
pytestmark = pytest.mark.django_db


def a_mail(name: str, kind: ReplyKind = ReplyKind.ANSWER, *, at=OLD, **of) -> None:
    given = {"read_at": None if kind == ReplyKind.UNREAD else at, "received_at": at, **of}
    Reply.objects.create(header_id=name, kind=kind, text="Bien reçu", raw=b"whole", **given)


@pytest.mark.parametrize("rows", [1, 2, 500])
def test_an_old_mail_keeps_what_it_says_and_not_its_bytes(rows):
    """Unless somebody still has to read it."""
    for kind in ReplyKind:
        a_mail(kind, kind)
    a_mail("new", at=NEW)
    assert operations.forget_raw_mails(before=BETWEEN, page=rows) == len(ReplyKind) - len(WAITING)
    assert set(Reply.objects.exclude(raw=b"").values_list("header_id", flat=True)) == {*WAITING, "new"}
    assert set(Reply.objects.values_list("text", flat=True)) == {"Bien reçu"}
    assert operations.forget_raw_mails(before=BETWEEN, page=rows) == 0


@pytest.mark.parametrize("rows", [1, 2, 500])
def test_an_old_mail_of_nobody_goes_whole(world: World, rows):
    """Unless somebody still has to read it; what is of a customer, or of a message, stays."""
    message = sent()
    for kind in ReplyKind:
        a_mail(kind, kind)
    a_mail("read anew", at=NEW, arrived_at=OLD)
    a_mail("new", at=NEW)
    a_mail("customer", customer=message.customer, entity=message.customer.entity)
    a_mail("report", ReplyKind.BOUNCE, message=message)
    assert operations.forget_unattached_mails(before=BETWEEN, page=rows) == len(ReplyKind) - len(WAITING) + 1
    assert set(Reply.objects.values_list("header_id", flat=True)) == {*WAITING, "new", "customer", "report"}
    assert operations.forget_unattached_mails(before=BETWEEN, page=rows) == 0


@pytest.mark.django_db(transaction=True)
def test_one_somebody_says_whose_it_is_meanwhile_stays():
    a_mail("attached")
    customer = CustomerFactory()
    with beside(lambda: operations.forget_unattached_mails(before=BETWEEN)) as night:
        Reply.objects.update(customer=customer, entity=customer.entity)
        night.start()
    assert (night.result(), Reply.objects.count()) == (0, 1)


def test_a_mail_that_is_forgotten_and_comes_again_is_the_same(world: World):
    message = sent(1, AddressFactory(value="paie@client.example"))
    for at in (OLD, NEW):
        operations.receive(mails.answer(), at=at)
        operations.read_replies(at=at)
        operations.forget_raw_mails(before=BETWEEN)
    assert (Reply.objects.get().customer, bytes(Reply.objects.get().raw)) == (message.customer, b"")
    assert Entry.objects.filter(kind="reply").count() == 1


def told(key: str, kind: str = "delivered", *, of: Message | None, at=OLD) -> News:
    reference = of.message_id if of else "nobody@nowhere"
    return News("fake", key, kind, at, message_ref=reference, payload={"ip": "192.0.2.1"})


@pytest.mark.parametrize("rows", [1, 2, 500])
def test_old_news_keep_what_became_of_the_message_and_no_more(world: World, rows):
    """Those of strangers go; those not applied yet stay, and those told lately."""
    message = sent()
    operations.hear([told("waits", of=message)], at=OLD)
    DeliveryEvent.objects.update(given_up_at=OLD)
    for at in (OLD, NEW):
        operations.hear([told(f"ours {at.day}", of=message, at=at), told(f"strange {at.day}", of=None, at=at)], at=at)
        operations.apply_events(at=at + timedelta(hours=2))
    assert operations.forget_news(before=BETWEEN, page=rows) == 2
    kept = DeliveryEvent.objects.order_by("pk").values_list("key", "message", "payload")
    whole = {"ip": "192.0.2.1"}
    assert list(kept) == [
        ("waits", None, whole),
        (f"ours {OLD.day}", message.pk, None),
        (f"ours {NEW.day}", message.pk, whole),
        (f"strange {NEW.day}", None, whole),
    ]
    assert Message.objects.get().state == "delivered"
    assert operations.forget_news(before=BETWEEN, page=rows) == 0


def test_they_are_kept_for_as_many_days_as_the_settings_say(world: World, settings):
    settings.RAW_MAILS_KEPT_DAYS, settings.NEWS_KEPT_DAYS, settings.UNATTACHED_MAILS_KEPT_DAYS = 7, 11, 10
    message = sent()
    for days in (12, 9, 6):
        at = AT - timedelta(days=days)
        a_mail(str(days), at=at)
        operations.hear([told(str(days), of=message, at=at)], at=at)
    operations.apply_events(at=AT)
    with time_machine.travel(AT, tick=False):
        tasks.forget()
    assert list(Reply.objects.exclude(raw=b"").values_list("header_id", flat=True)) == ["6"]
    assert list(Reply.objects.order_by("pk").values_list("header_id", flat=True)) == ["9", "6"]
    assert set(DeliveryEvent.objects.exclude(payload=None).values_list("key", flat=True)) == {"9", "6"}
