"""The pages: send, look at what would change, confirm, undo; closed to whoever does not lead."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.core.spreadsheets import harmless
from crm.imports import tasks
from crm.imports.models import Batch, MappingProfile, RowError
from crm.imports.operations import batches
from crm.receivables.models import Invoice
from tests.connections import held_elsewhere
from tests.crm.imports.conftest import AT, balances
from tests.factories.accounts import EntityFactory, UserFactory

LIST = (
    "client;nom;facture;echeance;solde\nA;Alpha;F1;01/02/2026;100\nB;Beta;F2;01/02/2026;50\nC;Gamma;=F3;31/02/2026;1\n"
)


@pytest.fixture(autouse=True)
def at_once(settings, monkeypatch, tmp_path, django_capture_on_commit_callbacks):
    """Tasks run where they are sent, files stay in the test's folder."""
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(batches, "send", lambda task, batch: getattr(tasks, task)(batch.pk))


@pytest.fixture
def supervisor(client: Client, entity) -> Client:
    client.force_login(UserFactory(supervisor=True, sees=entity))
    return client


def send(client: Client, entity, content: str = LIST, **data: object) -> Batch:
    upload = SimpleUploadedFile("liste.csv", content.encode())
    client.post(reverse("imports"), {"entity": entity.pk, "file": upload, "format": "auto", **data})
    return Batch.objects.latest("id")


def test_of_several_entities_none_is_chosen_beforehand(client, entity):
    client.force_login(UserFactory(supervisor=True, sees=entity))
    assert client.get(reverse("imports")).context["form"]["entity"].value() == entity.pk
    client.force_login(UserFactory(supervisor=True, sees=[entity, EntityFactory(code="A-FIRST")]))
    page = client.get(reverse("imports"))
    assert page.context["form"]["entity"].value() is None
    assert '<option value="" selected>' in page.content.decode()
    sent = client.post(reverse("imports"), {"file": SimpleUploadedFile("liste.csv", LIST.encode()), "format": "auto"})
    assert ([*sent.context["form"].errors], Batch.objects.exists()) == (["entity"], False)


def test_a_file_is_read_and_nothing_is_written(supervisor, entity):
    batch = send(supervisor, entity)
    assert (batch.status, batch.rows_read, batch.rows_rejected, Invoice.objects.count()) == ("proposed", 3, 1, 0)
    page = supervisor.get(reverse("import", args=[batch.pk])).content.decode()
    assert "31/02/2026" in page
    assert batch.changes["invoices_new"] == 2
    assert [(row["kind"], row["number"], row["amount"]) for row in batch.changes["samples"]] == [
        ("new", "F1", "100.000"),
        ("new", "F2", "50.000"),
    ]
    assert "Les plus gros" in page


def test_enter_in_an_option_reads_again_and_imports_nothing(supervisor, entity):
    """It presses the first button of the form."""
    page = supervisor.get(reverse("import", args=[send(supervisor, entity).pk])).content.decode()
    form = page[page.index('aria-labelledby="decide-title"') :]
    assert re.findall(r"<button[^>]*>", form)[0].count('name="again"') == 1
    assert form.count('type="submit"') >= 2


def test_confirmed_it_is_imported_then_undone(supervisor, entity):
    batch = send(supervisor, entity)
    supervisor.post(reverse("import_decide", args=[batch.pk]), {"keep": "good_rows", "mode": "delta"})
    batch.refresh_from_db()
    assert (batch.status, balances(entity)) == ("done", {"A": 100, "B": 50})
    supervisor.post(reverse("import_undo", args=[batch.pk]))
    batch.refresh_from_db()
    assert (batch.status, Invoice.objects.count()) == ("undone", 0)


def test_what_is_not_wanted_is_given_up_with_its_file(supervisor, entity, django_capture_on_commit_callbacks):
    batch = send(supervisor, entity)
    path = Path(batch.file.path)
    with django_capture_on_commit_callbacks(execute=True):
        answer = supervisor.post(reverse("import_decide", args=[batch.pk]), {"give_up": "1"}, follow=True)
    assert "liste.csv est abandonné, et n’est pas conservé." in answer.content.decode()
    batch.refresh_from_db()
    assert (batch.status, batch.file.name, batch.errors.count(), path.exists()) == ("given_up", "", 0, False)
    assert "Ce qui a changé" not in supervisor.get(reverse("import", args=[batch.pk])).content.decode()
    supervisor.post(reverse("import_decide", args=[batch.pk]), {"keep": "good_rows", "mode": "delta"})
    assert Invoice.objects.count() == 0


def test_what_nobody_confirms_is_given_up_after_a_month(supervisor, entity):
    kept, old = send(supervisor, entity), send(supervisor, entity)
    Batch.objects.update(created_at=AT - timedelta(days=400))
    Batch.objects.filter(pk=kept.pk).update(asked_at=AT - batches.KEPT_UNCONFIRMED)
    Batch.objects.filter(pk=old.pk).update(asked_at=AT - batches.KEPT_UNCONFIRMED - timedelta(seconds=1))
    batches.give_up_old(at=AT)
    found = dict(Batch.objects.values_list("pk", "status"))
    assert found == {kept.pk: "proposed", old.pk: "given_up"}


def test_a_list_of_customers_is_not_offered_to_be_undone(supervisor, entity):
    batch = send(supervisor, entity, "Compte;Raison sociale;Ville\nN1;Alpes;Gap\n")
    supervisor.post(reverse("import_decide", args=[batch.pk]), {"keep": "good_rows"})
    batch.refresh_from_db()
    page = supervisor.get(reverse("import", args=[batch.pk])).content.decode()
    assert (batch.status, batch.format, reverse("import_undo", args=[batch.pk]) in page) == ("done", "customers", False)


def test_all_or_nothing_refuses_and_keeps_the_errors(supervisor, entity):
    batch = send(supervisor, entity)
    supervisor.post(reverse("import_decide", args=[batch.pk]), {"keep": "all_or_nothing", "mode": "delta"})
    batch.refresh_from_db()
    assert (batch.status, Invoice.objects.count(), RowError.objects.count()) == ("refused", 0, 1)


def test_columns_that_were_not_found_are_chosen(supervisor, entity):
    batch = send(supervisor, entity, "k1;k2;k3;k4\nA;F1;12,50;01/02/2026\n")
    assert batch.status == "refused"
    chosen = {"column_customer": "k1", "column_number": "k2", "column_due_on": "k4", "column_amount": "k3"}
    supervisor.post(
        reverse("import_decide", args=[batch.pk]),
        {"keep": "good_rows", "again": "1", "format": "open_items", **chosen},
    )
    batch.refresh_from_db()
    assert (batch.status, batch.figures["open_amount"]) == ("proposed", {"EUR": "12.50"})


def test_what_the_file_was_taken_for_and_what_is_not_read_of_it_is_told(supervisor, entity):
    batch = send(supervisor, entity, "Compte;Nom;Depuis;Fidélité\nA;Zola;2019;oui\n")
    page = supervisor.get(reverse("import", args=[batch.pk])).content.decode()
    assert "Pris pour\xa0: clients et contacts. Colonnes non lues\xa0: Depuis, Fidélité." in page


def test_a_file_taken_for_another_kind_is_put_right_on_its_page(supervisor, entity):
    batch = send(supervisor, entity, "Compte;Nom;Doc;Dû;k\nA;Zola;F1;12;01/02/2026\n")
    decide = reverse("import_decide", args=[batch.pk])
    supervisor.post(decide, {"keep": "good_rows", "again": "1", "format": "open_items"})
    batch.refresh_from_db()
    assert (batch.status, batch.format, batch.figures) == ("refused", "open_items", {})
    missing = "Des colonnes manquent\xa0:\xa0restant dû / montant / débit / crédit."
    shown = supervisor.get(reverse("import", args=[batch.pk])).context
    assert shown["shown"].refusal == f"{missing} Trouvées\xa0:\xa0Compte, Nom, Doc, Dû, k."
    form = shown["form"]
    assert (form["column_name"].initial, form["column_open_amount"].initial) == ("Nom", None)
    chosen = {"column_customer": "Compte", "column_number": "Doc", "column_due_on": "k", "column_open_amount": "Dû"}
    supervisor.post(decide, {"keep": "good_rows", "again": "1", "format": "open_items", **chosen})
    batch.refresh_from_db()
    assert (batch.status, batch.figures["open_amount"]) == ("proposed", {"EUR": "12.00"})


def test_how_it_was_read_is_kept_as_a_profile(supervisor, entity):
    batch = send(supervisor, entity)
    supervisor.post(reverse("import_profile", args=[batch.pk]), {"name": "Sage"})
    profile = MappingProfile.objects.get()
    assert (profile.name, profile.columns["number"]) == ("Sage", "facture")
    again = send(supervisor, entity, mapping="Sage")
    assert (again.status, again.source) == ("proposed", "Sage")


def test_a_snapshot_beyond_the_limit_asks_again(supervisor, entity):
    first = send(supervisor, entity)
    supervisor.post(reverse("import_decide", args=[first.pk]), {"keep": "good_rows", "mode": "delta"})
    batch = send(supervisor, entity, "client;nom;facture;echeance;solde\nA;Alpha;F1;01/02/2026;100\n")
    decide = reverse("import_decide", args=[batch.pk])
    supervisor.post(decide, {"keep": "good_rows", "mode": "snapshot", "again": "1"})
    supervisor.post(decide, {"keep": "good_rows", "mode": "snapshot"})
    batch.refresh_from_db()
    assert (batch.status, bool(batch.refusal), balances(entity)["B"]) == ("proposed", True, 50)
    supervisor.post(decide, {"keep": "good_rows", "mode": "snapshot", "closing_confirmed": "on"})
    batch.refresh_from_db()
    assert (batch.status, balances(entity)["B"]) == ("done", 0)


def test_a_refused_file_says_why(supervisor, entity):
    batch = send(supervisor, entity, "%PDF-1.7")
    page = supervisor.get(reverse("import", args=[batch.pk])).content.decode()
    assert batch.status == "refused"
    assert "C’est un PDF, pas une liste." in page.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("content", "french", "english"),
    [
        ("%PDF-1.7", "C’est un PDF, pas une liste.", "This is a PDF, not a list."),
        (
            "facture;echeance;solde\nF1;01/02/2026;1\n",
            "Des colonnes manquent\xa0:\xa0compte du client / nom du client",
            "Columns are missing: account of the customer / name of the customer",
        ),
        (
            "client;nom;facture;echeance;solde\nA;Alpha;F1;31/02/2026;1\n",
            "ligne 2\xa0: Ce n’est pas une date",
            "line 2: This is not a date",
        ),
    ],
)
def test_a_refusal_is_told_in_the_language_of_who_reads_it(supervisor, entity, content, french, english):
    batch = send(supervisor, entity, content, format="open_items")
    assert batch.status == "refused"
    for language, told in (("fr", french), ("en", english)):
        supervisor.post(reverse("preferences"), {"language": language})
        shown = supervisor.get(reverse("import", args=[batch.pk])).context["shown"]
        assert told.replace("\xa0", " ") in shown.refusal.replace("\xa0", " ")


def test_a_refusal_kept_as_words_stays_what_it_was(supervisor, entity):
    batch = send(supervisor, entity, "%PDF-1.7")
    Batch.objects.update(refusal="Le fichier est vide.", refusal_values={})
    shown = supervisor.get(reverse("import", args=[batch.pk])).context["shown"]
    assert shown.refusal == "Le fichier est vide."


def test_errors_come_as_csv_without_formulas(supervisor, entity):
    batch = send(supervisor, entity)
    told = {"batch": batch, "column": "solde", "value": "=1+1", "reason": "This is not an amount."}
    RowError.objects.create(line=9, **told)
    RowError.objects.create(line=10, taken=True, **told)
    text = supervisor.get(reverse("import_errors", args=[batch.pk])).content.decode("utf-8-sig")
    assert [line.rpartition(";")[0] for line in text.splitlines()[2:]] == [
        "9;rejetée;solde;'=1+1",
        "10;prise;solde;'=1+1",
    ]


BOTH = (
    "client;nom;facture;echeance;solde;e-mail\nA;Alpha;F1;01/02/2026;1;no mail\n"
    "B;Beta;F2;31/02/2026;2;\nC;Gamma;;01/02/2026;3;\nD;Delta;F4;01/02/2026;4;neither\n"
)


def test_rows_that_are_taken_are_not_shown_among_those_rejected(supervisor, entity):
    batch = send(supervisor, entity, BOTH)
    page = supervisor.get(reverse("import", args=[batch.pk]))
    tables = [[row.line for row in page.context[name]] for name in ("errors", "remarks")]
    assert (batch.rows_rejected, tables) == (2, [[3, 4], [2, 5]])
    titles = re.findall(r'<h2 id="(?:errors|remarks)-title">([^<]*)</h2>', page.content.decode())
    assert titles == ["2 lignes rejetées", "2 remarques sur des lignes prises"]


@pytest.mark.parametrize(("text", "safe"), [("=A1", "'=A1"), ("-5", "'-5"), ("@x", "'@x"), ("12", "12"), ("", "")])
def test_formulas_are_made_texts(text, safe):
    assert harmless(text) == safe


def test_other_entities_are_out_of_sight(supervisor):
    other = Batch.objects.create(entity=EntityFactory(), file_name="x", created_at=AT)
    assert supervisor.get(reverse("import", args=[other.pk])).status_code == 404
    assert "x</a>" not in supervisor.get(reverse("imports")).content.decode()


@pytest.mark.parametrize("name", ["imports", "import", "import_errors"])
def test_collectors_do_not_import(client, entity, name):
    batch = Batch.objects.create(entity=entity, file_name="x", created_at=AT)
    client.force_login(UserFactory(sees=entity))
    assert client.get(reverse(name, args=[] if name == "imports" else [batch.pk])).status_code == 403


def test_the_work_is_followed(supervisor, entity):
    batch = Batch.objects.create(entity=entity, file_name="x", created_at=AT, status="reading")
    fragment = supervisor.get(reverse("import", args=[batch.pk]), headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 1s"' in fragment
    assert "<html" not in fragment


def test_a_crash_is_told_and_not_tried_for_ever(supervisor, entity, monkeypatch):
    batch = Batch.objects.create(entity=entity, file_name="x", created_at=AT, file=str(Path("none")))
    monkeypatch.setattr(batches, "import_file", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        batches.read(batch.pk, at=AT)
    batch.refresh_from_db()
    assert batch.status == "refused"


@pytest.mark.parametrize("keep", ["good_rows", "all_or_nothing"])
def test_a_reading_sent_twice_says_nothing_of_what_was_imported_meanwhile(supervisor, entity, monkeypatch, keep):
    batch = send(supervisor, entity, keep=keep)
    Batch.objects.filter(pk=batch.pk).update(status="reading")  # the sweeper sent it again, and it waits for its turn
    import_again = batches._import

    def imported_meanwhile(waiting, **given):
        monkeypatch.setattr(batches, "_import", import_again)
        Batch.objects.filter(pk=batch.pk).update(status="writing", options=given_options)
        batches.write(batch.pk, at=AT)
        return import_again(waiting, **given)

    given_options = batch.options | {"keep": "good_rows"}
    monkeypatch.setattr(batches, "_import", imported_meanwhile)
    batches.read(batch.pk, at=AT)
    batch.refresh_from_db()
    assert (batch.status, batch.changes["invoices_new"], batch.errors.count()) == ("done", 2, 1)
    assert batch.changes["customers_new"] == 2


def test_a_reading_that_fails_after_the_import_does_not_take_it_for_refused(supervisor, entity, monkeypatch):
    batch = send(supervisor, entity)

    def crash(waiting, **given):
        Batch.objects.filter(pk=batch.pk).update(status="done")
        raise ZeroDivisionError

    Batch.objects.filter(pk=batch.pk).update(status="reading")
    monkeypatch.setattr(batches, "_import", crash)
    with pytest.raises(ZeroDivisionError):
        batches.read(batch.pk, at=AT)
    batch.refresh_from_db()
    assert (batch.status, batch.refusal) == ("done", "")


def test_a_file_imported_meanwhile_by_the_command_has_nothing_left_to_confirm(supervisor, entity, tmp_path):
    batch, other = send(supervisor, entity), send(supervisor, entity, LIST + "D;Delta;F4;01/02/2026;9\n")
    same = tmp_path / "list.csv"
    same.write_text(LIST)
    with pytest.raises(SystemExit):  # a row is wrong
        call_command("import_receivables", str(same), "--entity", entity.code)
    supervisor.post(reverse("import_decide", args=[batch.pk]), {"keep": "good_rows", "mode": "delta"})
    for one in (batch, other):
        one.refresh_from_db()
    assert (batch.status, other.status) == ("superseded", "proposed")
    page = supervisor.get(reverse("import", args=[batch.pk])).content.decode()
    assert ("importé entre-temps" in page, "Relire" in page) == (True, False)


def test_who_reads_says_in_which_order_dates_are_written(supervisor, entity):
    batch = send(supervisor, entity, "client;nom;facture;echeance;solde\nA;Alpha;F1;01/02/2026;100\n")
    page = supervisor.get(reverse("import", args=[batch.pk])).content.decode()
    assert "jour en premier : supposé, le fichier ne le dit pas" in page
    assert "Dates comme 03/04/2026" in page
    answer = {"keep": "good_rows", "mode": "delta", "date_order": "mdy"}
    supervisor.post(reverse("import_decide", args=[batch.pk]), answer)
    assert [str(due_on) for due_on in Invoice.objects.values_list("due_on", flat=True)] == ["2026-01-02"]


def test_a_file_that_proves_the_order_of_its_dates_says_so(supervisor, entity):
    batch = send(supervisor, entity, "client;nom;facture;echeance;solde\nA;Alpha;F1;31/01/2026;100\n")
    page = supervisor.get(reverse("import", args=[batch.pk])).content.decode()
    assert "supposé, le fichier ne le dit pas" not in page


def test_who_reads_says_how_amounts_are_written(supervisor, entity):
    batch = send(supervisor, entity, "client;nom;facture;echeance;solde\nA;Alpha;F1;31/01/2026;1.200\n")
    page = supervisor.get(reverse("import", args=[batch.pk])).content.decode()
    assert "virgule (1.200 vaut mille deux cents) : supposé, le fichier ne le dit pas" in page
    answer = {"keep": "good_rows", "mode": "delta", "decimal_mark": "."}
    supervisor.post(reverse("import_decide", args=[batch.pk]), answer)
    assert str(Invoice.objects.get().amount) == "1.200"


def test_in_a_currency_of_three_decimals_the_page_asks(supervisor, entity):
    batch = send(supervisor, entity, "client;nom;facture;echeance;solde_tnd\nA;Alpha;F1;31/01/2026;1.200\n")
    page = supervisor.get(reverse("import", args=[batch.pk]))
    assert (batch.status, page.context["form"]["decimal_mark"].value()) == ("refused", "")
    assert "La colonne solde_tnd ne dit pas ce que vaut 1.200" in page.content.decode()
    answer = {"keep": "good_rows", "mode": "delta", "decimal_mark": ","}
    supervisor.post(reverse("import_decide", args=[batch.pk]), answer | {"again": "1"})
    supervisor.post(reverse("import_profile", args=[batch.pk]), {"name": "ERP"})
    supervisor.post(reverse("import_decide", args=[batch.pk]), answer)
    assert (Invoice.objects.get().amount, MappingProfile.objects.get().decimal_mark) == (1200, ",")


@pytest.mark.parametrize(("minutes", "sent"), [(5, []), (15, ["read"])])
def test_what_is_read_again_is_left_to_its_reader_for_a_while(supervisor, entity, monkeypatch, minutes, sent):
    """Read again an hour after it came, it is at work; a second reader would read everything again for nothing."""
    batch, told = send(supervisor, entity), []
    Batch.objects.update(created_at=AT - timedelta(hours=1), asked_at=AT - timedelta(hours=1))
    monkeypatch.setattr(batches, "send", lambda task, batch: None)
    batches.read_again(batch, options=batches.options_of(batch), at=AT)
    if minutes == 15:
        monkeypatch.setattr(batches, "_import", lost)
        with pytest.raises(OperationalError):
            batches.read(batch.pk, at=AT)
    monkeypatch.setattr(tasks.read_batch, "delay", lambda pk: told.append("read"))
    monkeypatch.setattr(timezone, "now", lambda: AT + timedelta(minutes=minutes))
    tasks.sweep()
    assert told == sent


def lost(batch, **given):
    raise OperationalError


def test_a_file_that_ends_its_reader_is_not_read_for_ever(supervisor, entity, monkeypatch):
    batch, begun = send(supervisor, entity), []
    monkeypatch.setattr(batches, "send", lambda task, batch: None)

    def killed(batch, **given):
        begun.append(batch.pk)
        raise SystemExit  # as far as the batch can tell: nothing more is written of it

    for _again in range(2):
        batches.read_again(batch, options=batches.options_of(batch), at=AT)
        begun.clear()
        monkeypatch.setattr(batches, "_import", killed)
        for _delivery in range(5):
            with pytest.raises(SystemExit):
                batches.read(batch.pk, at=AT)
        batches.read(batch.pk, at=AT)
        batch.refresh_from_db()
        assert (batch.status, len(begun), batch.refusal_values) == ("refused", 5, {"times": 5})


def test_who_finds_a_file_being_read_is_not_counted_among_its_readers(supervisor, entity):
    batch = send(supervisor, entity)
    Batch.objects.update(status="reading", changes={"taken_up": 1})
    with held_elsewhere(f"reading of import {batch.pk}"):
        for _delivery in range(6):
            batches.read(batch.pk, at=AT)
        batch.refresh_from_db()
        assert (batch.status, batch.changes) == ("reading", {"taken_up": 1})
    batches.read(batch.pk, at=AT)
    batch.refresh_from_db()
    assert (batch.status, batch.rows_read) == ("proposed", 3)


def test_a_database_that_goes_away_is_not_held_against_the_file(supervisor, entity, monkeypatch):
    batch, read = send(supervisor, entity), batches._import
    Batch.objects.update(status="reading")
    monkeypatch.setattr(batches, "_import", lost)
    for _time in range(9):
        with pytest.raises(OperationalError):
            batches.read(batch.pk, at=AT)
    monkeypatch.setattr(batches, "_import", read)
    batches.read(batch.pk, at=AT)
    batch.refresh_from_db()
    assert batch.status == "proposed"


def test_what_came_before_that_was_noted_is_swept_by_the_hour_it_came(supervisor, entity, monkeypatch):
    told: list[int] = []
    batch = send(supervisor, entity)
    Batch.objects.update(created_at=AT - timedelta(hours=1), asked_at=None, status="writing")
    monkeypatch.setattr(tasks.write_batch, "delay", told.append)
    tasks.sweep()
    assert told == [batch.pk]


@pytest.mark.parametrize(("status", "task"), [("received", "read_batch"), ("writing", "write_batch")])
def test_a_file_that_waits_for_another_keeps_no_process(supervisor, entity, monkeypatch, status, task):
    batch, again = send(supervisor, entity), []
    Batch.objects.update(status=status)
    monkeypatch.setattr(getattr(tasks, task), "apply_async", lambda args, countdown: again.append((args, countdown)))
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(hashtext('imports'), %s)", [entity.pk])
        for _time in range(6):
            getattr(tasks, task)(batch.pk)
        cursor.execute("select pg_advisory_unlock(hashtext('imports'), %s)", [entity.pk])
    other.close()
    batch.refresh_from_db()
    assert (again, batch.status) == ([((batch.pk,), 5)] * 6, status)
    getattr(tasks, task)(batch.pk)
    batch.refresh_from_db()
    assert batch.status == {"received": "proposed", "writing": "done"}[status]


class TestColumns:
    """Each column of a file can be chosen, and left out."""

    ALIKE = (
        "Compte;Facture;Date;Échéance;Montant;Montant €\n"
        "A;F1;01/01/2026;01/02/2026;110;100\nB;F2;01/01/2026;01/02/2026;220;200\n"
    )
    PAID = "Compte;Facture;Échéance;Solde;Date paiement\nA;F1;01/02/2026;100;15/02/2026\nB;F2;01/02/2026;200;\n"
    NAMELESS = "Client;Facture;;\nA;F1;01/02/2026;110,50\nB;F2;01/02/2026;220,00\nA;F3;01/02/2026;1,00\n"

    def chosen(self, client, batch, **columns):
        """Read again with the form as it is shown, but for these columns."""
        form = client.get(reverse("import", args=[batch.pk])).context["form"]
        data = {name: form[name].value() or "" for name in form.fields}
        data |= {"keep": "good_rows"} | {f"column_{name}": column for name, column in columns.items()}
        client.post(reverse("import_decide", args=[batch.pk]), {**data, "again": "1"})
        batch.refresh_from_db()
        return batch.figures.get("open_amount"), batch.changes["reading"]["columns"]

    @pytest.mark.parametrize(
        ("headers", "column"),
        [
            ("Montant;Montant €", "Montant €"),
            ("Solde;Solde", "Solde (2)"),
            ("Montant;Montant", "Montant (2)"),
            ("Ποσό;Υπόλοιπο", "Υπόλοιπο"),
            ("Montant;", "#6"),
        ],
    )
    def test_the_one_chosen_is_read(self, supervisor, entity, headers, column):
        batch = send(supervisor, entity, self.ALIKE.replace("Montant;Montant €", headers))
        found, columns = self.chosen(supervisor, batch, amount=column, open_amount="")
        assert (found, columns["amount"]) == ({"EUR": "300.00"}, column)

    def test_one_left_out_is_not_found_again(self, supervisor, entity):
        batch = send(supervisor, entity, self.PAID)
        assert batch.figures["open_amount"] == {"EUR": "200.00"}
        for _ in range(2):
            found, columns = self.chosen(supervisor, batch, cleared_on="")
            assert (found, "cleared_on" in columns) == ({"EUR": "300.00"}, False)

    def test_a_profile_keeps_it_out(self, supervisor, entity):
        batch = send(supervisor, entity, self.PAID)
        self.chosen(supervisor, batch, cleared_on="")
        supervisor.post(reverse("import_profile", args=[batch.pk]), {"name": "ERP"})
        again = send(supervisor, entity, self.PAID.replace(";F1", ";G1").replace(";F2", ";G2"), mapping="ERP")
        assert again.figures["open_amount"] == {"EUR": "300.00"}

    def test_a_profile_of_columns_without_headers_reads_them(self, supervisor, entity):
        batch = send(supervisor, entity, self.NAMELESS, format="open_items")
        assert batch.status == "proposed"
        supervisor.post(reverse("import_profile", args=[batch.pk]), {"name": "ERP"})
        again = send(supervisor, entity, self.NAMELESS.replace(";F", ";G").replace("Gacture", "Facture"), mapping="ERP")
        assert (again.status, again.figures["open_amount"]) == ("proposed", {"EUR": "331.50"})


def test_a_list_that_may_be_payments_is_told_until_it_is_said_what_it_is(supervisor, entity):
    batch = send(supervisor, entity, "Client;Date;Montant;Facture\nA;01/02/2026;40,00;F1\n")
    told = "Supposé : ces colonnes peuvent aussi être celles de règlements"
    assert told in supervisor.get(reverse("import", args=[batch.pk])).content.decode()
    chosen = {"format": "open_items", "keep": "good_rows", "again": "1"}
    supervisor.post(reverse("import_decide", args=[batch.pk]), chosen)
    assert told not in supervisor.get(reverse("import", args=[batch.pk])).content.decode()


def test_an_auditor_reads_the_imports_of_his_entities_and_writes_none(client: Client, supervisor: Client, entity):
    done, waiting = send(supervisor, entity), send(supervisor, entity, LIST.replace("F1", "F9"))
    supervisor.post(reverse("import_decide", args=[done.pk]), {"mode": "delta", "kind": "auto"})
    client.force_login(UserFactory(auditor=True, sees=entity))
    pages = [
        client.get(page) for page in (reverse("imports"), *(reverse("import", args=[b.pk]) for b in (done, waiting)))
    ]
    main = [page.text.split("<main", 1)[1] for page in pages]
    assert [(page.status_code, 'method="post"' in text) for page, text in zip(pages, main, strict=True)] == [
        (200, False)
    ] * 3
    posts = [
        reverse("imports"),
        *(reverse(name, args=[done.pk]) for name in ("import_decide", "import_undo", "import_profile")),
    ]
    assert [client.post(page).status_code for page in posts] == [403] * 4
    client.force_login(UserFactory(auditor=True))
    assert client.get(reverse("import", args=[done.pk])).status_code == 404
