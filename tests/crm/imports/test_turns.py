"""Several at once: imports of one entity, whoever writes the same beside them, and what is taken back meanwhile."""

from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from crm.accounts.models import Entity
from crm.imports import tasks
from crm.imports.models import Batch
from crm.imports.operations import batches, import_file, undo
from crm.imports.operations.undo import ask_undo, undo_asked
from crm.imports.outcome import Options
from crm.imports.turns import NotYet
from crm.receivables.models import Credit, Invoice
from crm.receivables.operations import write_off
from crm.timeline.models import EntryKind
from crm.timeline.operations import record
from tests.connections import beside
from tests.crm.imports.conftest import AT
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db(transaction=True)

ITEMS = (
    "identifiant;client;nom;facture;date;echeance;montant;solde\nF1;A;Alpha;F1;02/01/2026;01/02/2026;100,00;100,00\n"
)
TURN = "select pg_advisory_xact_lock(hashtext('imports'), %s)"


@pytest.fixture
def entity() -> Entity:
    return EntityFactory(code="BOOKS")


@pytest.fixture(autouse=True)
def kept(settings, monkeypatch, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(batches, "send", lambda task, batch: None)


def uploaded(entity: Entity, status: str = "received", content: str = ITEMS) -> Batch:
    batch = Batch.objects.create(entity=entity, file_name="liste.csv", created_at=AT, status=status, options={})
    batch.file.save(f"{batch.pk}.csv", ContentFile(content.encode()))
    return batch


def status_of(batch: Batch) -> str:
    return Batch.objects.get(pk=batch.pk).status


@pytest.mark.parametrize(("work", "status"), [(batches.read, "received"), (batches.write, "writing")])
def test_whoever_would_wait_for_another_import_comes_back_later(entity, work, status):
    batch = uploaded(entity, status)

    def try_it() -> None:
        with pytest.raises(NotYet):
            work(batch.pk, at=AT)

    with beside(try_it) as other:
        with connection.cursor() as cursor:
            cursor.execute(TURN, [entity.pk])
        other.start()
        other.result()
    assert status_of(batch) == status
    work(batch.pk, at=AT)
    assert status_of(batch) == {"received": "proposed", "writing": "done"}[status]


def test_the_task_is_sent_again(entity, monkeypatch):
    sent: list[dict[str, object]] = []
    batch = uploaded(entity)
    monkeypatch.setattr(tasks.read_batch, "apply_async", lambda args, **options: sent.append({"of": args, **options}))

    def busy(batch_id, *, at):
        raise NotYet

    monkeypatch.setattr(batches, "read", busy)
    tasks.read_batch(batch.pk)
    assert sent == [{"of": (batch.pk,), "countdown": tasks.LATER_S}]


def test_the_page_says_what_it_waits_for(entity, client: Client):
    client.force_login(UserFactory(supervisor=True, sees=entity))
    Batch.objects.create(entity=entity, file_name="grand.csv", created_at=AT, asked_at=AT, status="writing")
    page = client.get(reverse("import", args=[uploaded(entity).pk])).content.decode()
    assert "Il vient après un autre import de cette entité : grand.csv." in page


def imported(entity: Entity, tmp_path, content: str = ITEMS):
    path = tmp_path / "list.csv"
    path.write_text(content)
    return import_file(path, entity=entity, options=Options(), by=None, at=AT)


def test_a_payment_named_in_a_list_finds_the_invoice_as_it_is_left_meanwhile(entity, tmp_path):
    invoice = InvoiceFactory(customer__entity=entity, customer__external_id="A", number="F1", external_id="F1")
    payments = "client;date règlement;montant;facture;référence\nA;05/02/2026;60,00;F1;V1\n"
    with beside(lambda: imported(entity, tmp_path, payments)) as other:
        write_off(invoice, amount=Decimal(70), on=AT.date(), reason="geste", by=UserFactory(), at=AT)
        other.start()
    assert other.result().changes["allocated"] == 1
    assert (Invoice.objects.get().open_amount, Credit.objects.get().open_amount) == (0, 30)


class TestUndoing:
    @pytest.fixture
    def done(self, entity: Entity) -> Batch:
        batch = uploaded(entity, "writing")
        batches.write(batch.pk, at=AT)
        ask_undo(Batch.objects.get(pk=batch.pk), by=UserFactory(), at=AT)
        return batch

    def test_who_writes_what_may_name_its_rows_is_left_in_peace(self, done):
        def try_it() -> None:
            with pytest.raises(NotYet):
                undo_asked(done.pk, at=AT)

        other_customer = CustomerFactory()
        with beside(try_it) as other:
            record(other_customer, EntryKind.NOTE, "vu", at=AT, by=UserFactory())
            other.start()
            other.result()
        assert (status_of(done), Invoice.objects.count()) == ("undoing", 1)
        undo_asked(done.pk, at=AT)
        assert (status_of(done), Invoice.objects.count()) == ("undone", 0)

    def test_an_import_at_work_is_waited_for(self, done, entity):
        def try_it() -> None:
            with pytest.raises(NotYet):
                undo_asked(done.pk, at=AT)

        with beside(try_it) as other:
            with connection.cursor() as cursor:
                cursor.execute(TURN, [entity.pk])
            other.start()
            other.result()
        assert status_of(done) == "undoing"

    def test_what_stands_against_it_meanwhile_is_told(self, done):
        invoice = Invoice.objects.get()
        write_off(invoice, amount=Decimal(100), on=AT.date(), reason="geste", by=UserFactory(), at=AT)
        undo_asked(done.pk, at=AT)
        left = Batch.objects.get()
        assert (left.status, left.refusal, left.refusal_values["count"]) == ("done", "cannot_undo", 1)
        assert Invoice.objects.count() == 1

    def test_a_second_message_leaves_it_to_the_first(self, done):
        with beside(lambda: undo_asked(done.pk, at=AT)) as other:
            Batch.objects.select_for_update().get(pk=done.pk)
            other.start()
            other.result()
        assert status_of(done) == "undoing"

    def test_what_nobody_foresaw_is_told_and_not_tried_for_ever(self, done, monkeypatch):
        def broken(*_args, **_params):
            raise ZeroDivisionError

        monkeypatch.setattr(undo, "execute", broken)
        with pytest.raises(ZeroDivisionError):
            undo_asked(done.pk, at=AT)
        left = Batch.objects.get()
        assert (left.status, left.refusal, Invoice.objects.count()) == ("done", "unforeseen", 1)

    def test_a_full_disk_is_no_reason_to_come_back_in_silence(self, done, monkeypatch):
        def full(*_args, **_params):
            raise OperationalError("no space left on device")

        monkeypatch.setattr(undo, "execute", full)
        with pytest.raises(OperationalError):
            undo_asked(done.pk, at=AT)
        assert status_of(done) == "undoing"

    def test_a_night_that_began_meanwhile_is_waited_for(self, done, monkeypatch):
        monkeypatch.setattr(undo, "undo_guards", [lambda batch: "a night"])
        with pytest.raises(NotYet):
            undo_asked(done.pk, at=AT)
        assert status_of(done) == "undoing"

    def test_twice_is_once(self, done):
        undo_asked(done.pk, at=AT)
        undo_asked(done.pk, at=AT)
        assert status_of(done) == "undone"
