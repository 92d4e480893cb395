"""What a printed letter says may stop being true before it is posted.

At noon a formal notice to Alpes and one to Zinc are put together; each claims two invoices of 100 EUR.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from collections_app.actions import operations
from collections_app.actions.dispatch import queue_message
from collections_app.actions.models import Action
from collections_app.letters import batches
from collections_app.letters.batches import ChangedSincePrinted
from collections_app.letters.models import PrintBatch, PrintedLetter, TemplateVersion
from crm.accounts.models import Entity
from crm.customers.models import Address, Customer
from crm.events.operations import deliver_waiting
from crm.holds.operations import place_hold
from crm.receivables.late_charges import waive
from crm.receivables.models import FormalNotice, Invoice
from crm.timeline.queries import entries
from telephony.messaging.models import Message
from telephony.messaging.states import MessageState
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.actions import ActionFactory, ActionLineFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.letters import TemplateFactory, TemplateVersionFactory
from tests.factories.paying import pay
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 3, 3)
NOON, FOUR = dt.datetime(2026, 3, 3, 11, tzinfo=dt.UTC), dt.datetime(2026, 3, 3, 15, tzinfo=dt.UTC)
TOMORROW = FOUR + dt.timedelta(days=1)


@pytest.fixture
def batch(settings: Any, tmp_path: Any) -> PrintBatch:
    settings.MEDIA_ROOT = tmp_path
    entity = EntityFactory()
    template = TemplateVersionFactory(template=TemplateFactory(entity=entity, formal_notice=True)).template
    for name in ("Alpes", "Zinc"):
        to_be_noticed(entity, name, template)
    with connection.cursor() as cursor:  # a number is written otherwise for people
        cursor.execute("select setval(pg_get_serial_sequence('letters_printedletter', 'id'), 2000)")
    return batches.prepare_batch(entity, on=ON, by=None, at=NOON)


def to_be_noticed(entity: Entity, name: str, template: Any) -> None:
    customer = CustomerFactory(entity=entity, name=name)
    AddressFactory(customer=customer, post=True)
    notice = ActionFactory(
        customer=customer, channel="post", mode="automatic", state="scheduled", template=template, formal_notice=True,
        amount=Decimal(200),
    )  # fmt: skip
    for _each in range(2):
        ActionLineFactory(action=notice)
    queue_message(notice, at=NOON)


def invoices(name: str) -> list[Invoice]:
    return list(Invoice.objects.filter(customer__name=name).order_by("pk"))


def paid(name: str) -> None:
    for invoice in invoices(name):
        pay(invoice, 100, ON)


def disputed(name: str) -> None:
    customer = invoices(name)[0].customer
    place_hold(customer, kind="dispute", reason="avarie", starts_on=ON, at=FOUR)


def one_disputed(name: str) -> None:
    invoice = invoices(name)[0]
    place_hold(invoice.customer, kind="dispute", reason="avarie", starts_on=ON, invoice=invoice, at=FOUR)


def partly_covered(name: str) -> None:
    CreditFactory(customer=invoices(name)[0].customer, amount=Decimal(30))


def taken_back(name: str) -> None:
    Action.objects.filter(customer__name=name).update(state="cancelled", closed_at=FOUR)


def shown(batch: PrintBatch) -> dict[int, str]:
    """Position of a letter -> what is said of it."""
    with translation.override("en"):
        told = batches.no_longer_true(batch, on=ON, at=FOUR)
    return {batch.letters.get(pk=key).position: str(sentence) for key, sentence in told.items()}


def states() -> list[str]:
    return list(Message.objects.order_by("customer__name").values_list("state", flat=True))


def test_what_still_stands_is_not_marked(batch: PrintBatch) -> None:
    assert shown(batch) == {}


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (paid, "What it asked for was settled meanwhile."),
        (disputed, "What it asked for was put on hold meanwhile."),
        (one_disputed, "Less is to be claimed now than it asks for."),
        (partly_covered, "Less is to be claimed now than it asks for."),
        (taken_back, "Its action was closed meanwhile."),
    ],
)
def test_what_changed_the_same_day_is_shown_and_not_sent(batch: PrintBatch, happens: Any, told: str) -> None:
    happens("Alpes")
    assert shown(batch) == {1: told}
    alpes = batch.letters.get(position=1)
    assert batches.mark_posted(batch, on=ON, by=UserFactory(), at=FOUR, today=ON, shown=[alpes.pk]) == 1
    assert states() == [MessageState.READY, MessageState.SENT]
    deliver_waiting("actions", at=FOUR)
    assert set(FormalNotice.objects.values_list("invoice__customer__name", flat=True)) == {"Zinc"}


def rehearsed(batch: PrintBatch) -> None:
    Entity.objects.filter(pk=batch.entity_id).update(rehearsing_since=ON)


def not_live(batch: PrintBatch) -> None:
    Entity.objects.filter(pk=batch.entity_id).update(live_since=None)


def time_barred(batch: PrintBatch) -> None:
    Invoice.objects.filter(customer__name="Alpes").update(due_on=dt.date(2020, 1, 31))


def moved_away(batch: PrintBatch) -> None:
    Address.objects.filter(customer__name="Alpes").update(invalid_since=ON)


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (rehearsed, {1: "rehearsal", 2: "rehearsal"}),
        (not_live, {1: "not live", 2: "not live"}),
        (time_barred, {1: "limitation"}),
        (moved_away, {1: "address"}),
    ],
)
def test_what_a_gate_refuses_since_is_shown_and_not_sent(batch: PrintBatch, happens: Any, told: dict[int, str]) -> None:
    happens(batch)
    marked = shown(batch)
    assert {position: word for position, word in told.items() if word in marked.get(position, "")} == told
    assert marked.keys() == told.keys()
    seen = list(batch.letters.filter(position__in=told).values_list("pk", flat=True))
    with pytest.raises(ChangedSincePrinted):
        batches.mark_posted(batch, on=ON, by=UserFactory(), at=FOUR, today=ON)
    sent = batches.mark_posted(batch, on=ON, by=UserFactory(), at=FOUR, today=ON, shown=seen)
    assert (sent, states().count(MessageState.READY)) == (2 - len(told), len(told))


def test_a_contact_made_since_does_not_keep_a_printed_letter(batch: PrintBatch) -> None:
    """The letter came first: its place in the caps is taken."""
    customer = Customer.objects.get(name="Alpes")
    for hour in range(12, 15):
        closed_at = NOON.replace(hour=hour)
        values = {"state": "done", "kind": "manual", "outcome": "spoke", "closed_at": closed_at}
        ActionFactory(customer=customer, cycle=None, step_code=f"call-{hour}", **values)
    assert shown(batch) == {}


def given_up(name: str, at: dt.datetime, kind: str = "indemnity") -> None:
    waive(invoices(name)[0], kind=kind, reason="geste", on=ON, at=at, by=None)


def test_charges_given_up_since_are_not_claimed(batch: PrintBatch) -> None:
    assert [message.variables["charges"]["indemnity"] for message in Message.objects.all()] == ["80.00", "80.00"]
    given_up("Alpes", FOUR)
    assert shown(batch) == {1: "Late charges of what it asks for were given up meanwhile."}
    alpes = batch.letters.get(position=1)
    assert batches.mark_posted(batch, on=ON, by=UserFactory(), at=FOUR, today=ON, shown=[alpes.pk]) == 1
    assert states() == [MessageState.READY, MessageState.SENT]


def test_those_given_up_before_it_was_composed_were_not_claimed(batch: PrintBatch) -> None:
    batches.give_up(batch, at=FOUR)
    given_up("Alpes", FOUR)
    again = batches.prepare_batch(batch.entity, on=ON, by=None, at=FOUR + dt.timedelta(minutes=5))
    assert shown(again) == {}
    given_up("Zinc", FOUR + dt.timedelta(minutes=6), "interest")
    assert list(shown(again)) == [2]


def test_a_night_that_follows_the_balance_does_not_hide_it(batch: PrintBatch) -> None:
    """It takes the invoice paid from the lines, and adds another that fell due since, of the same amount."""
    pay(invoices("Alpes")[0], 100, ON)
    notice = Action.objects.get(customer__name="Alpes")
    notice.lines.filter(invoice=invoices("Alpes")[0]).delete()
    ActionLineFactory(action=notice, invoice=InvoiceFactory(customer=notice.customer, due_on=ON))
    assert shown(batch) == {1: "Less is to be claimed now than it asks for."}


def test_nothing_is_confirmed_before_the_person_has_seen_it(batch: PrintBatch) -> None:
    paid("Alpes")
    with pytest.raises(ChangedSincePrinted):
        batches.mark_posted(batch, on=ON, by=UserFactory(), at=FOUR, today=ON)
    batch.refresh_from_db()
    assert (batch.state, states()) == ("prepared", [MessageState.READY] * 2)


def test_what_was_posted_all_the_same_is_told(batch: PrintBatch) -> None:
    paid("Alpes")
    alpes = batch.letters.get(position=1)
    sent = batches.mark_posted(batch, on=ON, by=UserFactory(), at=FOUR, today=ON, shown=[alpes.pk], anyway=[alpes.pk])
    assert (sent, states()) == (2, [MessageState.SENT] * 2)
    deliver_waiting("actions", at=FOUR)
    assert set(Action.objects.values_list("state", "outcome", "left_on")) == {("done", "sent", ON)}


def test_what_was_left_out_is_checked_again_for_the_next_batch(batch: PrintBatch) -> None:
    paid("Alpes")
    alpes = batch.letters.get(position=1)
    batches.mark_posted(batch, on=ON, by=UserFactory(), at=FOUR, today=ON, shown=[alpes.pk])
    assert batches.waiting_letters(batch.entity, at=FOUR).count() == 1
    with pytest.raises(batches.NothingToPrint):
        batches.prepare_batch(batch.entity, on=ON, by=None, at=TOMORROW)
    assert states() == [MessageState.CANCELLED, MessageState.SENT]


def cancelled(name: str) -> int:
    """By somebody, after it was printed; its letter."""
    operations.cancel(Action.objects.get(customer__name=name), by=UserFactory(), at=FOUR, reason="payé")
    return PrintedLetter.objects.get(message__customer__name=name).pk


def test_a_cancelled_letter_that_was_posted_all_the_same_is_told(batch: PrintBatch) -> None:
    alpes, by = cancelled("Alpes"), UserFactory()
    with pytest.raises(ChangedSincePrinted):
        batches.mark_posted(batch, on=ON, by=by, at=FOUR, today=ON)
    assert batches.mark_posted(batch, on=ON, by=by, at=FOUR, today=ON, shown=[alpes], anyway=[alpes]) == 2
    deliver_waiting("actions", at=FOUR)
    assert set(Message.objects.values_list("state", "sent_at", "closed_at")) == {("sent", FOUR, None)}
    assert set(Action.objects.values_list("state", "outcome", "left_on")) == {("done", "sent", ON)}
    assert FormalNotice.objects.filter(invoice__customer__name="Alpes", on=ON).count() == 2
    history = [line.subject for line in entries(Customer.objects.get(name="Alpes"), language="fr").lines]
    assert [subject.replace("\N{NO-BREAK SPACE}", " ") for subject in history] == [
        f"Courrier posté : {Message.objects.first().subject}", "Relance amicale : annulée"
    ]  # fmt: skip


def test_one_taken_out_of_the_pile_stays_cancelled(batch: PrintBatch) -> None:
    alpes = cancelled("Alpes")
    assert batches.mark_posted(batch, on=ON, by=UserFactory(), at=FOUR, today=ON, shown=[alpes]) == 1
    assert states() == [MessageState.CANCELLED, MessageState.SENT]


def test_the_page_asks_whether_a_cancelled_letter_left(
    batch: PrintBatch, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: FOUR)
    client.force_login(UserFactory(supervisor=True, sees=batch.entity, language="fr"))
    page, posted = (reverse(f"admin:letters_printbatch_{name}", args=[batch.pk]) for name in ("change", "posted"))
    alpes = cancelled("Alpes")
    seen = client.get(page).content.decode()
    assert f'<input type="hidden" name="shown" value="{alpes}">' in seen
    assert f'name="anyway" value="{alpes}" form="posted"' in seen
    client.post(posted, {"on": "2026-03-03", "shown": [alpes], "marked": "posted"})
    assert states() == [MessageState.SENT] * 2


LAST = {
    None: [
        "Dites ce qu’il en est des lettres signalées ci-dessous\N{NO-BREAK SPACE}: retirées de la pile, ou postées."
    ],
    True: ["2 lettres sont marquées comme envoyées."],
    False: [
        "1 lettre est marquée comme envoyée.",
        "1 lettre est sortie du lot\N{NO-BREAK SPACE}: elle est contrôlée de nouveau avec le lot suivant.",
    ],
}


@pytest.mark.parametrize(
    ("said", "anyway"), [({}, False), ({"anyway": "key"}, True), ({"marked": "posted"}, True), ({"marked": ""}, None)]
)
def test_the_page_marks_it_and_asks_whether_it_left(
    batch: PrintBatch, client: Any, monkeypatch: pytest.MonkeyPatch, said: dict[str, Any], anyway: bool | None
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: FOUR)
    client.force_login(UserFactory(supervisor=True, sees=batch.entity, language="fr"))
    page, posted = (reverse(f"admin:letters_printbatch_{name}", args=[batch.pk]) for name in ("change", "posted"))
    paid("Alpes")
    key, given = batch.letters.get(position=1).pk, {"on": "2026-03-03"}
    first = client.post(posted, given)
    seen = client.get(page).content.decode()
    assert f'<input type="hidden" name="shown" value="{key}">' in seen
    assert f'name="anyway" value="{key}" form="posted"' in seen
    assert "Ce qu’il réclamait a été soldé entre-temps." in seen
    ticked = {name: key if value == "key" else value for name, value in said.items()}
    then = client.post(posted, given | {"shown": [key, "9" * 5_000], "marked": "left_out"} | ticked)
    told = [str(message) for answer in (first, then) for message in get_messages(answer.wsgi_request)]
    refused, *last = list(dict.fromkeys(told))
    assert refused == (
        "1 lettre a changé depuis l’impression\N{NO-BREAK SPACE}: retirez-la de la pile, ou dites qu’elle est partie "
        "quand même. Rien n’est encore confirmé."
    )
    assert last == LAST[anyway]


@pytest.mark.parametrize(
    ("body", "days", "told"),
    [
        ("Avant le {{ deadline | date }}", 3, {}),  # from Tuesday to Friday
        (
            "Avant le {{ deadline | date }}",
            4,
            dict.fromkeys((1, 2), "It was written on 03/03/2026 and asks to be paid by 18/03/2026."),
        ),
        ("Payez.", 14, {}),
    ],
)
def test_a_letter_whose_days_to_pay_began_too_long_ago_is_marked(
    batch: PrintBatch, body: str, days: int, told: dict[int, str]
) -> None:
    TemplateVersion.objects.update(body=body)
    later = ON + dt.timedelta(days=days)
    with translation.override("en"):
        found = batches.no_longer_true(batch, on=later, at=FOUR + dt.timedelta(days=days))
    assert {batch.letters.get(pk=key).position: each for key, each in found.items()} == told


@pytest.mark.parametrize("more", [0, 3])
def test_one_look_for_any_number_of_letters(batch: PrintBatch, more: int, django_assert_num_queries: Any) -> None:
    template = Action.objects.filter(template__isnull=False).first().template
    for number in range(more):
        to_be_noticed(batch.entity, f"Autre {number}", template)
    if more:
        batch = batches.prepare_batch(batch.entity, on=ON, by=None, at=NOON)
    with django_assert_num_queries(5):
        batches.no_longer_true(batch, on=ON, at=FOUR)
