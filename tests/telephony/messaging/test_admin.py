import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from crm.timeline.queries import entries
from telephony.core.channels import Ambiguous
from telephony.core.outgoing import Attachment, Prepared, Refused, in_words
from telephony.messaging import operations
from telephony.messaging.models import DeliveryEvent, Message, Reply
from tests.factories import mails
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.messaging import AT, World, planned, sent

pytestmark = pytest.mark.django_db
LIST = "/admin/messaging/message/"


@pytest.fixture
def message(world: World) -> Message:
    world.prepared = Prepared(
        subject="Facture F-4711 en retard", text="Bonjour", attachments=(Attachment("a.pdf", b"%PDF"),)
    )
    return sent()


def logged_in(**who: object) -> Client:
    client = Client()
    client.force_login(UserFactory(**who))
    return client


def test_a_supervisor_sees_the_messages_of_his_entity_only(message: Message):
    hers = logged_in(supervisor=True, sees=message.entity)
    other = logged_in(supervisor=True)
    one = f"{LIST}{message.pk}/change/"
    assert "F-4711" in hers.get(LIST).content.decode()
    assert "Bonjour" in hers.get(one).content.decode()
    assert "F-4711" not in other.get(LIST).content.decode()
    assert other.get(one).status_code == 302


def test_a_collector_has_no_business_here(message: Message):
    assert logged_in(is_staff=True, sees=message.entity).get(LIST).status_code == 403


def test_a_file_is_downloaded_by_who_sees_its_message(message: Message):
    path = reverse("admin:messaging_enclosure", args=[message.enclosures.get().pk])
    answer = logged_in(supervisor=True, sees=message.entity).get(path)
    assert b"".join(answer.streaming_content) == b"%PDF"  # type: ignore[attr-defined]
    assert logged_in(supervisor=True).get(path).status_code == 404


@pytest.mark.parametrize(("action", "state"), [("it_left", "sent"), ("it_did_not_leave", "planned")])
def test_who_leads_says_what_became_of_a_message(world: World, action, state):
    world.failure = Ambiguous("timeout")
    message = sent()
    client = logged_in(supervisor=True, sees=message.entity)
    client.post(LIST, {"action": action, "_selected_action": [message.pk]})
    message.refresh_from_db()
    assert message.state == state


def test_an_auditor_only_reads(world: World):
    world.failure = Ambiguous("timeout")
    message = sent()
    client = logged_in(auditor=True, sees=message.entity)
    assert client.get(LIST).status_code == 200
    client.post(LIST, {"action": "it_left", "_selected_action": [message.pk]})
    message.refresh_from_db()
    assert message.state == "ambiguous"


@pytest.fixture
def stray() -> Reply:
    operations.receive(mails.answer(From="inconnu@x.example"), at=AT)
    operations.read_replies(at=AT)
    return Reply.objects.get()


def test_a_mail_nobody_recognised_is_given_to_its_customer(stray: Reply):
    customer = CustomerFactory()
    client = logged_in(administrator=True)
    path = reverse("admin:messaging_reply_change", args=[stray.pk])
    assert client.post(path, {"customer": customer.pk}).status_code == 302
    stray.refresh_from_db()
    assert (stray.customer, stray.entity, stray.matched_by) == (customer, customer.entity, "person")
    assert customer.entries.get().kind == "reply"


@pytest.mark.parametrize(("action", "kind"), [("read_again", "unread"), ("set_aside", "set_aside")])
def test_what_could_not_be_read_is_settled_by_a_person(stray: Reply, action: str, kind: str):
    Reply.objects.update(kind="unreadable")
    asked = {"action": action, "_selected_action": [stray.pk]}
    logged_in(auditor=True).post(reverse("admin:messaging_reply_changelist"), asked)
    assert Reply.objects.get().kind == "unreadable"
    logged_in(administrator=True).post(reverse("admin:messaging_reply_changelist"), asked)
    assert Reply.objects.get().kind == kind


@pytest.mark.parametrize(("action", "left"), [("apply_again", (None, None)), ("leave", (AT, AT))])
def test_news_that_could_not_be_applied_is_settled_by_an_administrator(message: Message, action: str, left: tuple):
    event = DeliveryEvent.objects.create(kind="sent", at=AT, received_at=AT, given_up_at=AT, error="x", message=message)
    path = reverse("admin:messaging_deliveryevent_changelist")
    asked = {"action": action, "_selected_action": [event.pk]}
    assert logged_in(auditor=True).post(path, asked).status_code == 403
    client = logged_in(administrator=True)
    assert list(client.get(path, {"state": "given_up"}).context["cl"].result_list) == [event]
    with time_machine.travel(AT, tick=False):
        client.post(path, asked)
    event.refresh_from_db()
    assert (event.applied_at, event.given_up_at) == left


def answered(client: Client, reply: Reply, **given: object) -> list[str]:
    """What the page says after its form was saved."""
    page = client.post(reverse("admin:messaging_reply_change", args=[reply.pk]), given, follow=True)
    return [message.level_tag for message in page.context["messages"]]


def test_a_mail_given_to_nobody_is_not_said_to_be_in_a_history(stray: Reply):
    assert answered(logged_in(administrator=True), stray) == []


def test_of_a_mail_somebody_else_gave_meanwhile_only_that_is_said(stray: Reply, monkeypatch):
    def given_already(reply: Reply, *args: object, **kwargs: object) -> None:
        raise operations.AlreadyAttached(reply)

    monkeypatch.setattr(operations, "attach_reply", given_already)
    assert answered(logged_in(administrator=True), stray, customer=CustomerFactory().pk) == ["error"]


def test_a_mail_given_to_its_customer_is_said_to_be_in_his_history(stray: Reply):
    assert answered(logged_in(administrator=True), stray, customer=CustomerFactory().pk) == ["success"]


def test_a_mail_is_given_once(stray: Reply):
    by, customer = UserFactory(), CustomerFactory()
    operations.attach_reply(stray, customer, by=by, at=AT)
    with pytest.raises(operations.AlreadyAttached):
        operations.attach_reply(stray, CustomerFactory(), by=by, at=AT)


def test_a_mail_of_nobody_is_seen_by_who_sees_everything(stray: Reply):
    path = reverse("admin:messaging_reply_changelist")
    assert "inconnu@x.example" in logged_in(administrator=True).get(path).content.decode()
    assert "inconnu@x.example" not in logged_in(supervisor=True).get(path).content.decode()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("token", "l’adresse à laquelle il répond"),
        ("reference", "l’e-mail auquel il répond"),
        ("sender", "son expéditeur"),
        ("person", "une personne"),
        ("", "—"),
    ],
)
def test_what_told_whose_mail_it_is_is_said_in_words(stray: Reply, how: str, words: str):
    Reply.objects.update(matched_by=how)
    page = logged_in(administrator=True).get(reverse("admin:messaging_reply_changelist")).content.decode()
    assert f'<td class="field-recognised_by">{words}</td>' in page


def test_why_a_message_is_kept_is_said_in_words():
    said = {
        "hours: contact_hours_sms": "Horaires de contact du canal\u00a0: SMS.",
        "stale: settled": "Ce qu’il réclamait a été soldé entre-temps.",
        "settled": "Ce qu’il réclamait a été soldé entre-temps.",
        "stale: rehearsal": "Il a été décidé en répétition, et seul part ce qui devient dû ensuite.",
        "ceiling: email": "Au-dessus du plafond quotidien (e-mail)\u00a0: il attend les jours suivants.",
        "lease_expired": "Ce qui l’envoyait s’est arrêté\u00a0: personne ne peut dire s’il est parti.",
        "taken out of the print batch": "retirée du lot d’impression",
        "night: faux modèle": "La nuit qui l’a mis en file a été annulée\u00a0: faux modèle",
        "550 no such user": "550 no such user",
    }
    assert {reason: in_words(reason) for reason in said} == said


def test_the_history_says_in_words_why_a_message_did_not_leave(world: World):
    world.refusal = Refused("opt_out", "opt_out")
    message = planned()
    operations.send_one(message.pk, AT)
    [line] = entries(message.customer, language="fr").lines
    assert line.subject == f"Message à {message.recipient} non envoyé\u00a0: La personne a refusé ce canal."


def test_an_amount_is_shown_in_its_currency(message: Message):
    Message.objects.update(amount=120, currency="EUR")
    text = logged_in(supervisor=True, sees=message.entity).get(f"{LIST}{message.pk}/change/").text
    assert "120,00\N{NO-BREAK SPACE}€" in text
    assert "120,000" not in text
