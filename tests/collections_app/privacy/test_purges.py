"""What need no longer be kept: who stays and why, what goes for good, and that nothing of it can be found again."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.admin.models import LogEntry as AdminEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from collections_app.actions.models import Action
from collections_app.engine.models import DryRun
from collections_app.privacy import exports, purges, tasks
from collections_app.privacy.erasing import OF_ALL, OF_NOBODY, Rewritten, Stays
from collections_app.privacy.models import Anonymised, PersonExport, Purge, Request, Retention
from collections_app.privacy.sections import NOT_OF_A_PERSON, SECTIONS
from crm.customers.models import Customer
from crm.holds.models import Declaration
from crm.holds.operations import lift_hold, place_hold
from crm.imports.models import Batch, FecLine, LabelBefore, RowError
from crm.imports.turns import NotYet
from crm.law.models import Rule
from crm.receivables.checking import differences
from crm.receivables.models import Invoice, Movement
from crm.timeline.models import Entry, EntryKind
from crm.timeline.operations import record
from telephony.messaging.models import Attempt, DeliveryEvent, Enclosure, Message, Reply
from telephony.messaging.operations.freezing import packed
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.actions import ActionFactory
from tests.factories.customers import AddressFactory, ContactFactory, CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db
OURS = {model._meta.label: model for model in apps.get_models() if model._meta.app_config.name in django_settings.HOUSE}
OLD = datetime(2010, 5, 3, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WORD = "Zorglub"


def clock():
    return NOW


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def entity():
    return EntityFactory(code="ALPHA")


def old_customer(entity, **fields):
    """Known since 2010, one invoice settled that year."""
    customer = CustomerFactory(entity=entity, **fields)
    Customer.objects.filter(pk=customer.pk).update(created_at=OLD)
    InvoiceFactory(
        customer=customer, issued_on="2010-01-01", due_on="2010-01-31", closed_on=date(2010, 3, 1), label=WORD
    )
    return customer


def counted(entity):
    asked = purges.ask_purge(entity, by=None, at=NOW)
    purges.work(asked.pk, clock=clock)
    asked.refresh_from_db()
    return asked


def purged(entity):
    asked = counted(entity)
    purges.confirm(asked, typed=entity.code, by=None, at=NOW)
    purges.work(asked.pk, clock=clock)
    asked.refresh_from_db()
    assert asked.state == "done"
    return asked


@pytest.mark.parametrize("label", sorted(OURS))
def test_every_table_of_ours_has_its_fate(label):
    """Settings, people and work of the creditor are said with the copy of a file; the rest has a fate here."""
    elsewhere = label in NOT_OF_A_PERSON and label not in OF_ALL
    assert [label in OF_ALL, label in OF_NOBODY, elsewhere and label not in OF_NOBODY].count(True) == 1
    told = {section.model._meta.label for section in SECTIONS}
    assert label not in told or label in OF_ALL


@pytest.mark.parametrize(("label", "fate"), OF_ALL.items(), ids=list(OF_ALL))
def test_every_column_stays_or_is_written_anew(label, fate):
    meta = apps.get_model(label)._meta
    assert fate.table == meta.db_table
    if isinstance(fate, Rewritten | Stays):
        put = set(fate.put) if isinstance(fate, Rewritten) else set()
        kept = set(fate.kept.split())
        columns = {field.column for field in meta.concrete_fields}
        assert (put & kept, columns - put - kept, put | kept) == (set(), set(), columns)


def test_who_stays_and_why(entity):
    free = old_customer(entity)
    assert counted(entity).found["stays"] == {}
    Purge.objects.all().delete()
    owing = old_customer(entity)
    InvoiceFactory(customer=owing, issued_on="2010-01-01", due_on="2010-01-31")
    CreditFactory(customer=old_customer(entity), received_on="2010-01-01")
    place_hold(old_customer(entity), kind="dispute", reason="x", starts_on=date(2010, 1, 1), by=None, at=OLD)
    ActionFactory(customer=old_customer(entity))
    old_message(old_customer(entity), state="ready")
    copied = old_customer(entity)
    exports.ask_export(copied, by=UserFactory(), at=OLD)
    asking = old_customer(entity)
    asked = {"received_on": "2010-01-01", "due_on": "2010-02-01", "recorded_at": OLD}
    Request.objects.create(customer=asking, kind="erasure", **asked)
    CustomerFactory(entity=entity)  # of today
    record(old_customer(entity), EntryKind.NOTE, "Note", at=NOW)
    kept = old_customer(entity)
    gone = CustomerFactory(entity=entity, merged_into=kept)  # what keeps one of his records keeps him
    Customer.objects.filter(pk=gone.pk).update(created_at=OLD)
    InvoiceFactory(customer=gone, issued_on="2010-01-01", due_on="2010-01-31")
    found = counted(entity).found
    assert found["customers"] == 1
    assert found["stays"] == {
        "open": 2, "unapplied": 1, "hold": 1, "action": 1, "message": 1, "request": 1, "copy": 1, "retention": 2,
    }  # fmt: skip
    assert Anonymised.objects.count() == 0
    assert free.name == Customer.objects.get(pk=free.pk).name


@pytest.mark.parametrize(("settled", "goes"), [(date(2015, 12, 31), 1), (date(2016, 1, 1), 0)])
def test_ten_years_run_from_the_end_of_the_year(entity, settled, goes):
    customer = CustomerFactory(entity=entity)
    Customer.objects.filter(pk=customer.pk).update(created_at=OLD)
    InvoiceFactory(customer=customer, issued_on="2010-01-01", due_on="2010-01-31", closed_on=settled)
    assert counted(entity).found["customers"] == goes


def old_message(customer, at=OLD, **fields):
    number = Message.objects.count() + 1
    given = {"state": "sent", "sent_at": at} | fields
    if given["state"] == "ready":
        given["sent_at"] = None
    message = Message.objects.create(
        entity=customer.entity, customer=customer, channel="email", recipient=WORD, origin="test", origin_id=number,
        not_before_at=at, created_at=at, subject=WORD, reason=WORD, body=packed(WORD, WORD), digest="0",
        variables={"name": WORD}, message_id=f"{WORD}{number}", token=f"{WORD}{number}", amount=12, currency="EUR",
        **given,
    )  # fmt: skip
    Enclosure.objects.create(message=message, name=WORD, mimetype="application/pdf", content=WORD.encode(), digest=WORD)
    Attempt.objects.create(
        message=message, started_at=at, ended_at=at, result="accepted", provider_id=WORD, error_text=WORD
    )
    DeliveryEvent.objects.create(
        message=message, provider="fake", key=f"{WORD}{number}", kind="bounced", recipient=WORD, reason=WORD, at=at,
        received_at=at, payload={"to": WORD}, message_ref=WORD, provider_id=WORD,
    )  # fmt: skip
    return message


@pytest.fixture
def full(entity):
    """A customer of long ago; every text kept of him holds the word."""
    customer = old_customer(
        entity, name=WORD, external_id=WORD, siren="552100554", siret=WORD, vat_number=WORD, city=WORD, category=WORD,
        tags=[WORD], attributes={WORD: WORD},
    )  # fmt: skip
    contact = ContactFactory(customer=customer, name=WORD, position=WORD)
    AddressFactory(customer=customer, contact=contact, value=f"{WORD.lower()}@x.example", invalid_reason=WORD)
    invoice = Invoice.objects.get()
    Invoice.objects.update(number=WORD, external_id=WORD)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('acquit.anonymising', 'on', true)")
        Movement.objects.update(reason=WORD)
        cursor.execute("select set_config('acquit.anonymising', '', true)")
    hold = place_hold(
        customer, kind="insolvency", reason=WORD, starts_on=date(2010, 1, 1), by=None, at=OLD, born_before=None
    )
    lift_hold(hold, on=date(2010, 2, 1), by=None, at=OLD)
    Declaration.objects.create(hold=hold, reason=WORD, at=OLD, action_id=1)
    batch = Batch.objects.create(entity=entity, file_name="fec.txt", created_at=OLD, status="done")
    FecLine.objects.create(
        entity=entity, customer=customer, batch=batch, digest="0" * 32, rank=1, account="411", auxiliary=WORD,
        year_on="2010-01-01", entered_on="2010-01-01", issued_on="2010-01-01", number=WORD, label=WORD, amount=1,
        kind="invoice",
    )  # fmt: skip
    LabelBefore.objects.create(batch=batch, invoice=invoice, label=WORD, became=WORD)
    ActionFactory(customer=customer, state="done", closed_at=OLD, note=WORD, opened_on="2010-02-01")
    old_message(customer)
    Reply.objects.create(
        entity=entity, customer=customer, header_id=WORD, raw=b"", received_at=OLD, sender=WORD, subject=WORD,
        text=WORD, kind="answer", read_at=OLD,
    )  # fmt: skip
    Entry.objects.all()  # those of the hold are of the day of the test
    record(customer, EntryKind.NOTE, WORD, at=OLD, text=WORD, params={"x": WORD})
    about = ContentType.objects.get_for_model(Customer)
    AdminEntry.objects.create(
        user=UserFactory(), content_type=about, object_id=str(customer.pk), object_repr=WORD, action_flag=2,
        change_message=WORD,
    )  # fmt: skip
    LogEntry.objects.log_create(customer, changes={"name": [WORD, WORD]}, action=LogEntry.Action.UPDATE)
    Request.objects.create(
        customer=customer, kind="erasure", received_on="2010-01-01", due_on="2010-02-01", words=WORD, extension=WORD,
        answered_on="2010-01-02", outcome="refused", answer=WORD, recorded_at=OLD,
    )  # fmt: skip
    PersonExport.objects.create(customer=customer, asked_at=OLD, finished_at=OLD, erased_at=OLD, failure=WORD)
    return SimpleNamespace(customer=customer, invoice=invoice)


def rows_with(word):
    """(table, column) of every column of the database that holds the word, in any form."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.table_name, c.column_name from information_schema.columns c join information_schema.tables t "
            "using (table_schema, table_name) where c.table_schema = 'public' and t.table_type = 'BASE TABLE'"
        )
        found = set()
        for table, column in cursor.fetchall():
            cursor.execute(f'select 1 from "{table}" where "{column}"::text ilike %s limit 1', [f"%{word}%"])
            if cursor.fetchone():
                found.add((table, column))
    return found


def test_nothing_of_him_is_found_again_anywhere(full, entity):
    before = {table for table, _column in rows_with(WORD)}
    assert len(before) > 15
    done = purged(entity)
    assert rows_with(WORD) == set()
    assert rows_with(WORD.encode().hex()) == set()
    assert rows_with("552100554") == set()
    assert done.gone["customers"] == 1


def test_amounts_days_and_kinds_stay_for_figures(full, entity):
    def figures():
        return [
            list(Invoice.objects.values_list("amount", "open_amount", "due_on", "settled_on", "currency")),
            list(Movement.objects.values_list("amount", "on", "kind")),
            list(Message.objects.values_list("amount", "currency", "state", "sent_at", "channel")),
            list(Action.objects.values_list("amount", "state", "opened_on", "outcome")),
        ]

    before = figures()
    done = purged(entity)
    assert figures() == before
    assert differences(entity) == []
    customer = Customer.objects.get()
    assert (customer.name, customer.external_id) == (f"— {customer.pk}", f"anonymised-{customer.pk}")
    assert Anonymised.objects.get().purge == done
    told = json.dumps([done.rules, done.found, done.gone])
    assert WORD not in told
    assert done.rules["customers"]["article"].startswith("C. com. L123-22")


def test_it_waits_for_an_import_that_is_under_way(full, entity, monkeypatch):
    asked = counted(entity)
    purges.confirm(asked, typed="ALPHA", by=None, at=NOW)
    with monkeypatch.context() as busy:
        busy.setattr(purges, "take_turn", lambda *args, **given: (_ for _ in ()).throw(NotYet))
        purges.work(asked.pk, clock=clock)
    asked.refresh_from_db()
    assert (asked.state, asked.failure, asked.gone) == ("running", "", {})
    purges.work(asked.pk, clock=clock)
    asked.refresh_from_db()
    assert (asked.state, asked.gone["customers"]) == ("done", 1)


def test_done_twice_it_does_nothing_twice(full, entity):
    purged(entity)
    assert purged(entity).gone.get("customers", 0) == 0


def test_words_of_messages_go_sooner_and_those_of_who_owes_stay(entity):
    settled, owing = CustomerFactory(entity=entity), CustomerFactory(entity=entity)
    InvoiceFactory(customer=owing)
    for customer in (settled, owing):
        old_message(customer)
        old_message(customer, at=NOW - timedelta(days=30))
    done = purged(entity)
    assert (done.gone.get("customers", 0), done.gone["messages"]) == (0, 1)
    words = Message.objects.order_by("pk").values_list("customer", "subject")
    assert list(words) == [(settled.pk, ""), (settled.pk, WORD), (owing.pk, WORD), (owing.pk, WORD)]
    assert Enclosure.objects.count() == 3


def test_files_go_with_the_rows_they_refused(entity):
    old, new = (Batch.objects.create(entity=entity, file_name="x", created_at=at, status="done") for at in (OLD, NOW))
    for batch in (old, new):
        batch.file.save("x.csv", ContentFile(WORD.encode()))
        RowError.objects.create(batch=batch, line=1, value=WORD, reason="x")
    DryRun.objects.create(entity=entity, on="2010-01-01", asked_at=OLD, finished_at=OLD, report={"name": WORD})
    path = old.file.path
    done = purged(entity)
    assert (done.gone["uploads"], done.gone["reports"]) == (1, 1)
    assert list(RowError.objects.values_list("batch", flat=True)) == [new.pk]
    old.refresh_from_db()
    assert (old.file.name, DryRun.objects.count(), path.endswith("x.csv")) == ("", 0, True)


def test_the_history_and_the_ledger_let_their_words_go_in_a_purge_alone(full):
    for change in (lambda: Entry.objects.all()._raw_delete("default"), lambda: Movement.objects.update(reason="x")):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    with connection.cursor() as cursor:
        cursor.execute("select set_config('acquit.anonymising', 'on', true)")
        with pytest.raises(IntegrityError), transaction.atomic():
            Movement.objects.update(amount=Decimal(-1))


def test_only_what_was_counted_and_confirmed_by_its_code_begins(entity):
    asked = purges.ask_purge(entity, by=None, at=NOW)
    with pytest.raises(purges.PurgeRefused, match="under_way"):
        purges.ask_purge(entity, by=None, at=NOW)
    with pytest.raises(purges.PurgeRefused, match="over"):
        purges.confirm(asked, typed="ALPHA", by=None, at=NOW)
    purges.work(asked.pk, clock=clock)
    with pytest.raises(purges.PurgeRefused, match="not_confirmed"):
        purges.confirm(asked, typed="alpha", by=None, at=NOW)


def test_where_the_law_says_nothing_nothing_is_purged(entity):
    Rule.objects.filter(code="keep_uploads").delete()
    with pytest.raises(purges.PurgeRefused, match="no_period"):
        purges.ask_purge(entity, by=None, at=NOW)


def test_an_entity_keeps_shorter_or_longer_within_the_rule(client, entity):
    admin = UserFactory(administrator=True)
    client.force_login(admin)
    page = reverse("retention_change", args=[entity.pk])
    assert client.post(page, {"customer_years": 4}).status_code == 200
    assert client.post(page, {"customer_years": 11}).status_code == 200
    assert Retention.objects.count() == 0
    assert client.post(page, {"customer_years": 5}).status_code == 302
    asked = purges.ask_purge(entity, by=None, at=NOW)
    assert asked.rules["customers"]["before"] == "2021-01-01"
    [noted] = LogEntry.objects.filter(content_type__model="retention")
    assert (noted.actor, noted.changes["customer_years"]) == (admin, ["None", "5"])


def test_by_itself_where_it_was_chosen_alone(full, entity):
    assert purges.purge_by_itself(clock=clock) == []
    Retention.objects.create(entity=entity, automatic=True)
    [purge] = purges.purge_by_itself(clock=clock)
    assert Purge.objects.get(pk=purge).gone["customers"] == 1


def test_one_left_behind_is_taken_up_and_one_nobody_confirms_is_given_up(entity, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.work_on_purge, "apply_async", lambda args, **given: sent.append(args))
    asked = purges.ask_purge(entity, by=None, at=NOW)
    assert (purges.sweep(at=NOW), purges.sweep(at=NOW + timedelta(hours=1))) == ([], [asked.pk])
    purges.work(asked.pk, clock=clock)
    purges.sweep(at=NOW + timedelta(days=8))
    asked.refresh_from_db()
    assert (asked.state, sent) == ("given_up", [(asked.pk,)])


def test_pages_count_show_and_confirm(client, full, entity):
    admin = UserFactory(administrator=True)
    client.force_login(admin)
    answer = client.post(reverse("retention"), {"entity": entity.pk})
    asked = Purge.objects.get()
    assert answer["Location"] == reverse("purge", args=[asked.pk])
    if asked.state == "counting":  # the worker is not of this process
        purges.work(asked.pk, clock=clock)
    page = client.get(answer["Location"])
    assert [row["found"] for row in page.context["numbers"]] == [1, 1, 1, 0, 0]
    client.post(reverse("purge_confirm", args=[asked.pk]), {"typed": "ALPHA"})
    asked.refresh_from_db()
    assert (asked.confirmed_by, asked.asked_by) == (admin, admin)


def test_who_leads_counts_and_an_administrator_confirms(client, entity):
    asked = counted(entity)
    client.force_login(UserFactory(supervisor=True, sees=entity))
    assert client.get(reverse("retention")).status_code == 200
    assert client.get(reverse("purge", args=[asked.pk])).status_code == 200
    assert client.post(reverse("purge_confirm", args=[asked.pk]), {"typed": "ALPHA"}).status_code == 403
    assert client.get(reverse("retention_change", args=[entity.pk])).status_code == 403
    client.force_login(UserFactory(supervisor=True, sees=EntityFactory()))
    assert client.get(reverse("purge", args=[asked.pk])).status_code == 404
    assert client.post(reverse("retention"), {"entity": entity.pk}).status_code == 404


def test_the_command_counts_and_with_the_code_again_anonymises(full, entity, capsys):
    call_command("purge", "--entity", "ALPHA", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["state"], told["found"]["customers"], told["gone"]) == ("given_up", 1, {})
    with pytest.raises(CommandError):
        call_command("purge", "--entity", "ALPHA", "--confirm", "BRAVO")
    call_command("purge", "--entity", "ALPHA", "--confirm", "ALPHA", "--json")
    assert json.loads(capsys.readouterr().out)["gone"]["customers"] == 1


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_statements_whatever_there_is(entity, count, django_assert_num_queries):
    for _number in range(count):
        old_message(old_customer(entity))
    asked = counted(entity)
    purges.confirm(asked, typed="ALPHA", by=None, at=NOW)
    with django_assert_num_queries(QUERIES):
        purges.work(asked.pk, clock=clock)
    assert Anonymised.objects.count() == count


# Of one page, whatever there is in it.
QUERIES = 57
