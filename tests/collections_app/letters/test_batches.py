import datetime as dt
import errno
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerIsAway
from psycopg.errors import LockNotAvailable
from pypdf import PdfReader

from collections_app.letters import batches, tasks
from collections_app.letters.batches import BatchClosed, NoPlaceLeft, NothingToPrint, PostedBeforePrepared
from collections_app.letters.compose import compose
from collections_app.letters.files import FileNotWritten
from collections_app.letters.models import BatchState, Preparation, PrintBatch, TemplateVersion
from crm.accounts.models import Entity, User
from crm.customers.models import Customer
from crm.events.models import Event
from crm.timeline.queries import entries
from telephony.core import outgoing
from telephony.core.outgoing import Stale
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message, SendingDay
from telephony.messaging.operations import freezing
from telephony.messaging.states import MessageState
from tests.connections import held_elsewhere
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.letters import TemplateVersionFactory
from tests.factories.messaging import AT, World, a_world, planned

pytestmark = pytest.mark.django_db
ON = AT.date()
TOMORROW = ON + dt.timedelta(days=1)


@pytest.fixture
def world() -> Iterator[World]:
    with a_world() as made:
        yield made


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def letters_of(world: World, *names: str, notice: bool = False) -> Entity:
    """One letter waiting per name, all composed from one template."""
    entity: Entity = EntityFactory(legal_name="Ateliers Verdier")
    kind = {"template__formal_notice": True} if notice else {"template__letter": True}
    version = TemplateVersionFactory(template__entity=entity, body="Bonjour {{ customer.name }}", **kind)
    customers: dict[int, Customer] = {}
    for number, name in enumerate(names, start=1):
        customers[number] = CustomerFactory(entity=entity, name=name)
        planned(number, AddressFactory(customer=customers[number], post=True))

    def prepare(origin_id: int, at: dt.datetime) -> Any:
        if world.refusal is not None:
            raise world.refusal
        return compose(version.template, customers[origin_id], currency="EUR", lines=[], on=ON).prepared()

    world.prepare = prepare  # type: ignore[method-assign]
    outgoing.preparers["test"] = prepare
    return entity


def prepared(entity: Entity) -> PrintBatch:
    return batches.prepare_batch(entity, on=ON, by=UserFactory(), at=AT + dt.timedelta(microseconds=5))


def pages(batch: PrintBatch) -> list[str]:
    batch.refresh_from_db()
    return [page.extract_text() for page in PdfReader(BytesIO(batch.file.read())).pages]


def test_waiting_letters_become_one_file_behind_their_list(world: World) -> None:
    batch = prepared(letters_of(world, "Zinc", "Écluse", "Alpes"))
    cover, first, second, third = pages(batch)
    assert "Lot d’impression" in cover
    assert ("Alpes" in cover, "Zinc" in cover, "Lettres : 3, pages : 3" in cover) == (True, True, True)
    assert ("Bonjour Alpes" in first, "Bonjour Écluse" in second, "Bonjour Zinc" in third) == (True, True, True)


def test_a_letter_is_printed_in_one_batch_only(world: World) -> None:
    entity = letters_of(world, "Alpes")
    prepared(entity)
    with pytest.raises(NothingToPrint):
        prepared(entity)


def test_nothing_waits_nothing_is_made(world: World) -> None:
    with pytest.raises(NothingToPrint):
        prepared(EntityFactory())
    assert not PrintBatch.objects.exists()


def test_letters_a_worker_composes_are_counted(world: World, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their rows are locked: they are not prepared twice."""
    entity = letters_of(world, "Alpes", "Zinc")
    Message.objects.update(not_before_at=AT - dt.timedelta(days=1))
    monkeypatch.setattr(batches.messaging, "prepare_letters", lambda ids, **_given: [])
    client.force_login(UserFactory(supervisor=True, sees=entity, language="fr"))
    told = client.post(reverse("admin:letters_printbatch_prepare", args=[entity.pk]))
    assert [str(message) for message in get_messages(told.wsgi_request)] == [
        "2 lettres de Ateliers Verdier sont en cours de composition\xa0: préparez de nouveau le lot dans un instant."
    ]


def test_a_letter_whose_action_others_write_waits_and_is_told_by_name(world: World, client: Any) -> None:
    """It was composed before: what it says is not looked at again, so it is not printed."""
    entity = letters_of(world, "Alpes", "Zinc", "Écluse")
    Message.objects.update(not_before_at=AT - dt.timedelta(days=1))
    messaging.prepare_letters(list(Message.objects.values_list("pk", flat=True)), at=AT)
    prepare, busy = world.prepare, Message.objects.get(customer__name="Zinc").origin_id

    def prepare_others(origin_id: int, at: dt.datetime) -> Any:
        if origin_id == busy:
            raise OperationalError from LockNotAvailable()
        return prepare(origin_id, at)

    outgoing.preparers["test"] = prepare_others
    client.force_login(UserFactory(supervisor=True, sees=entity, language="fr"))
    told = client.post(reverse("admin:letters_printbatch_prepare", args=[entity.pk]))
    assert printed(PrintBatch.objects.get()) == ["Alpes", "Écluse"]
    assert [str(message) for message in get_messages(told.wsgi_request)][1:] == [
        "1 lettre attend le lot suivant : Zinc"
    ]


def test_a_letter_no_longer_due_is_left_out(world: World) -> None:
    entity = letters_of(world, "Alpes")
    world.refusal = Stale("settled")
    with pytest.raises(NothingToPrint):
        prepared(entity)
    assert Message.objects.get().state == MessageState.CANCELLED


def test_posting_marks_every_letter_sent(world: World) -> None:
    batch, user = prepared(letters_of(world, "Alpes", "Zinc")), UserFactory()
    assert batches.mark_posted(batch, on=TOMORROW, by=user, at=AT, today=TOMORROW) == 2
    batch.refresh_from_db()
    assert (batch.state, batch.posted_on, batch.posted_by) == (BatchState.POSTED, TOMORROW, user)
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}


def test_it_is_posted_once(world: World) -> None:
    batch, user = prepared(letters_of(world, "Alpes")), UserFactory()
    batches.mark_posted(batch, on=ON, by=user, at=AT, today=ON)
    with pytest.raises(BatchClosed):
        batches.mark_posted(batch, on=ON, by=user, at=AT, today=ON)


@pytest.mark.parametrize("on", [ON - dt.timedelta(days=1), TOMORROW])
def test_the_day_of_posting_is_believable(world: World, on: dt.date) -> None:
    batch = prepared(letters_of(world, "Alpes"))
    with pytest.raises(PostedBeforePrepared):
        batches.mark_posted(batch, on=on, by=UserFactory(), at=AT, today=ON)


def test_a_letter_cancelled_leaves_the_file(world: World) -> None:
    batch = prepared(letters_of(world, "Alpes", "Zinc"))
    batches.cancel_letter(batch.letters.get(position=1), by=UserFactory(), at=AT)
    cover, only = pages(batch)
    assert ("Alpes" in cover, "Bonjour Zinc" in only) == (False, True)
    states = Message.objects.order_by("customer__name").values_list("state", flat=True)
    assert list(states) == [MessageState.CANCELLED, MessageState.READY]


def test_a_batch_without_letters_is_given_up(world: World) -> None:
    batch = prepared(letters_of(world, "Alpes"))
    batches.cancel_letter(batch.letters.get(), by=UserFactory(), at=AT)
    batch.refresh_from_db()
    assert batch.state == BatchState.GIVEN_UP


def test_letters_of_a_batch_given_up_wait_for_the_next(world: World) -> None:
    entity = letters_of(world, "Alpes")
    batches.give_up(prepared(entity), at=AT)
    again = prepared(entity)
    assert (again.number, again.letters.count()) == (2, 1)


class TestTheCeiling:
    """So many letters a day are printed, whenever they were composed."""

    @pytest.fixture
    def entity(self, world: World) -> Entity:
        entity = letters_of(world, "Zinc", "Alpes", "Écluse")
        entity.max_letters_a_day = 2
        entity.save()
        for letter in Message.objects.all():
            messaging.send_one(letter.pk, AT + dt.timedelta(microseconds=1))
        assert set(Message.objects.values_list("state", flat=True)) == {MessageState.READY}
        return entity

    def test_a_batch_holds_what_the_day_lets_leave_and_the_rest_waits(self, entity: Entity) -> None:
        first = prepared(entity)
        with pytest.raises(NoPlaceLeft):
            prepared(entity)
        second = batches.prepare_batch(entity, on=TOMORROW, by=None, at=AT + dt.timedelta(days=1))
        assert [printed(batch) for batch in (first, second)] == [["Alpes", "Zinc"], ["Écluse"]]

    def test_the_supervisors_are_told_once(self, entity: Entity) -> None:
        prepared(entity)
        with pytest.raises(NoPlaceLeft):
            prepared(entity)
        assert [event.payload["ceiling"] for event in Event.objects.filter(kind="outbox.full")] == [2]

    def test_letters_that_all_find_a_place_are_told_to_nobody(self, entity: Entity) -> None:
        Entity.objects.update(max_letters_a_day=3)
        prepared(Entity.objects.get(pk=entity.pk))
        assert not Event.objects.filter(kind="outbox.full").exists()

    def test_one_no_longer_due_takes_no_place(self, entity: Entity, world: World) -> None:
        prepare = outgoing.preparers["test"]

        def only_the_others(origin_id: int, at: dt.datetime) -> Any:
            if origin_id == 1:
                raise Stale("settled")
            return prepare(origin_id, at)

        outgoing.preparers["test"] = only_the_others
        assert printed(prepared(entity)) == ["Alpes", "Écluse"]

    def test_a_batch_given_up_or_a_letter_cancelled_gives_its_places_back(self, entity: Entity) -> None:
        batches.give_up(prepared(entity), at=AT)
        again = prepared(entity)
        batches.cancel_letter(again.letters.get(position=1), by=UserFactory(), at=AT)
        assert (printed(again), printed(prepared(entity))) == (["Zinc"], ["Écluse"])

    def test_what_was_printed_before_the_ceiling_gives_no_place_back(self, entity: Entity, world: World) -> None:
        Entity.objects.update(max_letters_a_day=None)
        before = prepared(Entity.objects.get(pk=entity.pk))
        Entity.objects.update(max_letters_a_day=2)
        SendingDay.objects.create(entity=entity, channel="post", on=ON, number=2)
        batches.give_up(before, at=AT)
        assert SendingDay.objects.get().number == 2

    def test_the_page_says_what_waits_and_why(
        self, entity: Entity, client: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(timezone, "now", lambda: AT + dt.timedelta(hours=1))
        client.force_login(UserFactory(supervisor=True, sees=entity, language="fr"))
        address = reverse("admin:letters_printbatch_prepare", args=[entity.pk])
        client.post(address)
        told = get_messages(client.post(address).wsgi_request)
        assert [str(message) for message in told] == [
            "Le lot est prêt\xa0: imprimez-le, postez-le, puis confirmez-le ici.",
            "1 lettre attend le lot suivant\N{NO-BREAK SPACE}: Écluse",
            "Le plafond du jour des courriers de Ateliers Verdier est atteint (2)\xa0: "
            "ceux qui attendent sont imprimés à partir de demain.",
        ]


def printed(batch: PrintBatch) -> list[str]:
    rows = batch.letters.filter(taken_out_at=None).order_by("position")
    return list(rows.values_list("message__customer__name", flat=True))


def test_what_was_cancelled_after_printing_is_shown_and_not_sent(world: World) -> None:
    batch = prepared(letters_of(world, "Alpes", "Zinc"))
    Message.objects.filter(customer__name="Alpes").update(state=MessageState.CANCELLED)
    gone = batches.cancelled_since(batch).get()
    assert gone.position == 1
    assert batches.mark_posted(batch, on=ON, by=UserFactory(), at=AT, today=ON, shown=[gone.pk]) == 1
    ended = Message.objects.order_by("customer__name").values_list("state", "attempts__provider", "attempts__result")
    assert list(ended) == [(MessageState.CANCELLED, None, None), (MessageState.SENT, "post", "accepted")]
    told = Event.objects.filter(kind="message.sent").values_list("customer_id", flat=True)
    assert list(told) == [Customer.objects.get(name="Zinc").pk]


def test_formal_notices_are_registered_with_their_number(world: World) -> None:
    batch = prepared(letters_of(world, "Alpes", notice=True))
    letter = batch.letters.get()
    assert letter.registered
    batches.record_registered_number(letter, " 1A 234 567 8901 2 ", by=UserFactory(), at=AT)
    letter.refresh_from_db()
    assert letter.registered_number == "1A 234 567 8901 2"


def test_a_letter_is_read_by_those_who_see_the_customer(world: World, client: Any) -> None:
    entity = letters_of(world, "Alpes")
    batch = prepared(entity)
    page = reverse("letters:letter", args=[batch.letters.get().message_id])
    client.force_login(UserFactory(sees=entity))
    assert client.get(page).content[:4] == b"%PDF"
    client.force_login(UserFactory())
    assert client.get(page).status_code == 404


def test_a_letter_not_composed_yet_has_no_file(world: World, client: Any) -> None:
    entity = letters_of(world, "Alpes")
    client.force_login(UserFactory(sees=entity))
    assert client.get(reverse("letters:letter", args=[Message.objects.get().pk])).status_code == 404


@pytest.mark.parametrize("broker_is_there", [True, False])
def test_many_letters_are_prepared_by_a_worker(
    world: World,
    client: Any,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
    broker_is_there: bool,
) -> None:
    """Without a broker as soon as it is back."""
    from collections_app.letters.admin import batches as pages_of_batches

    entity, asked = letters_of(world, "Alpes", "Zinc"), []

    def delay(*given: int) -> None:
        asked.append(given)
        if not broker_is_there:
            raise BrokerIsAway

    monkeypatch.setattr(pages_of_batches, "MOST_WHILE_WAITING", 1)
    monkeypatch.setattr(tasks.prepare_print_batch, "delay", delay)
    Message.objects.update(not_before_at=AT - dt.timedelta(days=1))
    user = UserFactory(supervisor=True, sees=entity)
    client.force_login(user)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("admin:letters_printbatch_prepare", args=[entity.pk])).status_code == 302
    preparation = Preparation.objects.get()
    assert asked == [(preparation.pk,)]
    assert (preparation.entity, preparation.asked_by, PrintBatch.objects.count()) == (entity, user, 0)


def asked_for(entity: Entity, by: User | None = None) -> Preparation:
    return Preparation.objects.create(entity=entity, on=ON, asked_at=AT, asked_by=by)


def test_the_task_prepares_once(world: World) -> None:
    asked = asked_for(letters_of(world, "Alpes"), UserFactory())
    first = tasks.prepare_print_batch(asked.pk)
    assert (first, tasks.prepare_print_batch(asked.pk)) == (PrintBatch.objects.get().pk, None)


def test_one_asked_for_by_the_version_before_is_prepared(world: World) -> None:
    """Its message waited in the broker during the upgrade, and names entity, day and person."""
    entity, user = letters_of(world, "Alpes"), UserFactory()
    made = tasks.prepare_print_batch(entity.pk, ON.isoformat(), user.pk)
    batch = PrintBatch.objects.get()
    assert (batch.pk, batch.on, batch.prepared_by) == (made, ON, user)


def swept(monkeypatch: pytest.MonkeyPatch, **later: int) -> list[int]:
    """Which are asked again of a worker so much later."""
    told: list[int] = []
    monkeypatch.setattr(tasks.prepare_print_batch, "delay", told.append)
    monkeypatch.setattr(timezone, "now", lambda: AT + dt.timedelta(**later))
    tasks.sweep()
    return told


def test_a_batch_whose_message_was_lost_is_asked_for_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asked_for(letters_of(world, "Alpes"))
    assert (swept(monkeypatch, minutes=5), swept(monkeypatch, minutes=15)) == ([], [asked.pk])
    tasks.prepare_print_batch(asked.pk)
    assert (PrintBatch.objects.count(), swept(monkeypatch, minutes=30)) == (1, [])


def test_one_made_without_it_since_is_not(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    entity = letters_of(world, "Alpes")
    asked_for(entity)
    prepared(entity)
    assert swept(monkeypatch, minutes=15) == []


def test_one_nobody_could_make_in_a_day_is_told(world: World, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    entity = letters_of(world, "Alpes")
    asked_for(entity)
    assert (swept(monkeypatch, hours=23), swept(monkeypatch, hours=25)) == ([Preparation.objects.get().pk], [])
    assert "(aucun processus n’en est venu à bout en une journée)" in list_of_batches(client, entity)


def test_one_in_the_hands_of_a_worker_is_left_to_it(world: World) -> None:
    asked = asked_for(letters_of(world, "Alpes"))
    with held_elsewhere(f"print batch {asked.pk}"):
        assert (tasks.prepare_print_batch(asked.pk), PrintBatch.objects.count()) == (None, 0)
    assert tasks.prepare_print_batch(asked.pk) == PrintBatch.objects.get().pk


def full_disk(*_given: Any, **_named: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def list_of_batches(client: Any, entity: Entity) -> str:
    client.force_login(UserFactory(supervisor=True, sees=entity, language="fr"))
    return client.get(reverse("admin:letters_printbatch_changelist")).content.decode()


def test_a_batch_a_worker_could_not_prepare_is_told_in_the_list(
    world: World, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    entity = letters_of(world, "Alpes")
    asked = asked_for(entity, UserFactory(first_name="Léa", last_name="Martin"))
    being_prepared = "Ateliers Verdier\N{NO-BREAK SPACE}: le lot demandé par Léa Martin"
    assert being_prepared in list_of_batches(client, entity)
    monkeypatch.setattr(FileSystemStorage, "_save", full_disk)
    with pytest.raises(FileNotWritten):
        tasks.prepare_print_batch(asked.pk)
    page = list_of_batches(client, entity)
    assert (being_prepared in page, "No space left on device" in page) == (True, True)
    monkeypatch.undo()
    PrintBatch.objects.create(entity=entity, on=ON, number=1, prepared_at=AT)
    assert being_prepared not in list_of_batches(client, entity)


def test_letters_printed_meanwhile_stay_as_they_were_printed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody presses again while a worker prepares: the second finds letters the first has just put in its batch."""
    entity = letters_of(world, "Alpes", "Zinc")
    composed = messaging.prepare_letters

    def after_the_first(ids: Any, **given: Any) -> list[int]:
        monkeypatch.setattr(batches.messaging, "prepare_letters", composed)
        prepared(entity)
        TemplateVersion.objects.update(body="Autre texte")
        return composed(ids, **given)

    monkeypatch.setattr(batches.messaging, "prepare_letters", after_the_first)
    with pytest.raises(NothingToPrint):
        prepared(entity)
    texts = [freezing.body(message)["text"] for message in Message.objects.order_by("customer__name")]
    assert texts == ["Bonjour Alpes", "Bonjour Zinc"]


def number_of(world: World, client: Any, given: str) -> Any:
    """A supervisor types a number of registered post for the one letter there is."""
    entity = Entity.objects.get(legal_name="Ateliers Verdier")
    client.force_login(UserFactory(supervisor=True, sees=entity))
    letter = PrintBatch.objects.get().letters.get()
    answer = client.post(reverse("admin:letters_printbatch_registered", args=[letter.pk]), {"number": given})
    letter.refresh_from_db()
    return letter.registered_number, [str(told) for told in get_messages(answer.wsgi_request)]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" 1a 234  567 8901 2", "1A 234 567 8901 2"),
        ("RK123456789FR", "RK123456789FR"),
        ("3C00123456789", "3C00123456789"),
    ],
)
def test_numbers_of_registered_post(world: World, client: Any, given: str, kept: str) -> None:
    prepared(letters_of(world, "Alpes", notice=True))
    assert number_of(world, client, given)[0] == kept


@pytest.mark.parametrize(
    "given", ["posté mardi", "RECOMMANDE", "12", "1A 234 567 8901 2 / 3", "1" * 21, "１２３４５６７８"]
)
def test_what_is_no_number_of_registered_post_is_told(world: World, client: Any, given: str) -> None:
    prepared(letters_of(world, "Alpes", notice=True))
    kept, told = number_of(world, client, given)
    assert (kept, told) == (
        "",
        [
            "Un numéro de recommandé a de 8 à 20 lettres et chiffres, comme sur la preuve de dépôt\N{NO-BREAK SPACE}: "
            "1A 234 567 8901 2, RK 123 456 789 FR. Rien n’a été gardé."
        ],
    )


def test_the_number_of_registered_post_is_in_the_history(world: World, client: Any) -> None:
    prepared(letters_of(world, "Alpes", notice=True))
    Message.objects.update(subject="Mise en demeure")
    for given in ("1A 234 567 8901 2", "1A 234 567 8901 2", ""):
        number_of(world, client, given)
    told = [line.subject for line in entries(Customer.objects.get(), language="fr").lines]
    assert [subject for subject in told if "recommandé" in subject.lower()] == [
        "Numéro de recommandé retiré, 1A 234 567 8901 2\N{NO-BREAK SPACE}: Mise en demeure",
        "Recommandé 1A 234 567 8901 2\N{NO-BREAK SPACE}: Mise en demeure",
    ]


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*.pdf")}


def made_last_year(batch: PrintBatch) -> None:
    """Its file stands where an older release would have put it then."""
    name = batch.file.storage.save(f"print_batches/2025/12/{Path(batch.file.name).name}", batch.file)
    batch.file.delete(save=False)
    PrintBatch.objects.filter(pk=batch.pk).update(file=name)
    batch.refresh_from_db()


def test_a_batch_changed_in_another_month_leaves_no_file_behind(
    world: World, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    batch = prepared(letters_of(world, "Alpes", "Zinc"))
    made_last_year(batch)
    with django_capture_on_commit_callbacks(execute=True):
        batches.cancel_letter(batch.letters.get(position=1), by=UserFactory(), at=AT)
    batch.refresh_from_db()
    assert files_below(tmp_path) == {batch.file.name}
    assert batch.file.name.startswith("print_batches/2026/03/")


def test_what_a_full_disk_let_write_of_it_goes(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = prepared(letters_of(world, "Alpes", "Zinc"))
    made_last_year(batch)
    save = FileSystemStorage._save

    def half(storage: FileSystemStorage, name: str, content: Any) -> str:
        save(storage, name, ContentFile(b"%PDF-1.7"))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", half)
    with pytest.raises(FileNotWritten):
        batches.cancel_letter(batch.letters.get(position=1), by=UserFactory(), at=AT)
    assert files_below(tmp_path) == {batch.file.name}
