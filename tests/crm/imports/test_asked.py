"""What a file says that its sender may not mean is asked before it is written."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from crm.customers.models import Customer
from crm.imports.errors import AccountsAsNames, OtherCompany
from crm.imports.models import Batch, MappingProfile
from crm.imports.operations.asking import siren_of
from crm.receivables.models import Invoice
from tests.crm.imports.test_command import FEB_1, JAN_5, run
from tests.crm.imports.test_open_items import write
from tests.crm.imports.test_pages import at_once, supervisor
from tests.factories.fec import Ledger, Shape

__all__ = ["at_once", "supervisor", "write"]
NAMELESS = ("C1;F1;01/02/2026;100,00", "C2;F2;01/02/2026;50,00")
HEADER = "Compte;Facture;Échéance;Solde"
CALLED = {"customers": 2, "accounts": "C1, C2"}
OWN, OTHER = "732829320", "542065479"


@pytest.fixture
def fec(entity, tmp_path):
    """A FEC whose name says the SIREN of another company than the entity."""
    entity.siren = OWN
    entity.save()
    ledger = Ledger().sale(JAN_5, "A", "120.00").payment(FEB_1, "A", "20.00")
    return Shape().write(ledger, tmp_path / f"{OTHER}FEC20211231.txt")


def sent(client, entity, path):
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    client.post(reverse("imports"), {"entity": entity.pk, "file": upload, "format": "auto"})
    return Batch.objects.latest("id")


def test_customers_without_a_name_are_told_and_refused_where_nobody_looks(entity, write, capsys):
    asked = (write(*NAMELESS, header=HEADER), "--entity", entity.code, "--json")
    code, out, told = run(capsys, *asked, "--dry-run")
    assert (code, json.loads(out)["accounts_as_names"]) == (0, CALLED)
    assert "Aucun nouveau client du fichier n’a de nom (2 en tout)" in told
    code, out, told = run(capsys, *asked)
    assert (code, "--confirm-names" in told, Customer.objects.exists()) == (2, True, False)
    assert run(capsys, *asked, "--confirm-names")[0] == 0
    assert set(Customer.objects.values_list("name", flat=True)) == {"C1", "C2"}


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("Client;Facture;Échéance;Solde", ("Alpha SARL;F1;01/02/2026;1,00", "Beta SAS;F2;01/02/2026;1,00")),
        ("Raison sociale;Facture;Échéance;Solde", ("Alpha;F1;01/02/2026;1,00",)),
        ("Compte;Nom du client;Facture;Échéance;Solde", ("C1;;F1;01/02/2026;1,00", "C2;Beta;F2;01/02/2026;1,00")),
    ],
)
def test_names_that_are_there_are_not_asked_for(entity, load, write, header, rows):
    outcome = load(write(*rows, header=header), unattended=True)
    assert (outcome.changes["customers_new"], "accounts_as_names" in outcome.changes) == (len(rows), False)
    again = load(write(*rows, header=header), unattended=True)
    assert (again.changes["customers_new"], "accounts_as_names" in again.changes) == (0, False)


def test_a_profile_that_leaves_the_names_out_has_answered(entity, load, write):
    MappingProfile.objects.create(entity=entity, name="ERP", columns={"name": ""})
    load(write(*NAMELESS, header=HEADER), unattended=True, mapping="ERP")
    assert Customer.objects.count() == 2


def test_a_fec_without_names_is_asked_about_too(load, tmp_path):
    ledger = Ledger().sale(JAN_5, "A", "120.00")
    path = Shape().write(ledger, tmp_path / "fec.txt")
    named = path.read_text()
    path.write_text(named.replace("Société A Éts", ""))
    assert named != path.read_text()
    with pytest.raises(AccountsAsNames):
        load(path, unattended=True)


def test_the_page_asks_for_names(supervisor, entity, write):
    batch = sent(supervisor, entity, write(*NAMELESS, header=HEADER))
    decide = reverse("import_decide", args=[batch.pk])
    page = supervisor.get(reverse("import", args=[batch.pk])).content.decode()
    assert "Aucun nouveau client du fichier n’a de nom (2 en tout)" in page
    refused = supervisor.post(decide, {"keep": "good_rows", "mode": "delta"})
    assert (refused.status_code, [*refused.context["form"].errors]) == (422, ["names_confirmed"])
    answer = {"keep": "good_rows", "mode": "delta", "names_confirmed": "on"}
    supervisor.post(decide, answer | {"again": "1"})
    supervisor.post(reverse("import_profile", args=[batch.pk]), {"name": "ERP"})
    supervisor.post(decide, answer)
    batch.refresh_from_db()
    assert (batch.status, Customer.objects.count()) == ("done", 2)
    assert MappingProfile.objects.get().columns["name"] == ""


def test_names_left_out_at_the_last_moment_are_asked_for(supervisor, entity, write):
    rows = [row.replace(";F", ";Alpha;F") for row in NAMELESS]
    batch = sent(supervisor, entity, write(*rows, header="Compte;Tiers;Facture;Échéance;Solde"))
    decide, chosen = reverse("import_decide", args=[batch.pk]), {"keep": "good_rows", "mode": "delta"}
    supervisor.post(decide, chosen | {"again": "1", "column_customer": "Compte", "column_name": "Tiers"})
    batch.refresh_from_db()
    assert (batch.status, batch.refusal) == ("proposed", "")
    supervisor.post(decide, chosen | {"column_customer": "Tiers", "column_name": "Tiers"})
    batch.refresh_from_db()
    assert (batch.status, batch.refusal, Invoice.objects.count()) == ("proposed", "accounts_as_names", 0)
    supervisor.post(decide, chosen | {"column_customer": "Tiers", "column_name": "Tiers", "names_confirmed": "on"})
    batch.refresh_from_db()
    assert (batch.status, Invoice.objects.count()) == ("done", 2)


def test_the_books_of_another_company_are_refused_where_nobody_looks(entity, fec, capsys):
    asked = (fec, "--entity", entity.code, "--json")
    code, out, told = run(capsys, *asked, "--dry-run")
    found = {"siren": OTHER, "entity": entity.legal_name, "own": OWN}
    assert (code, json.loads(out)["other_company"], OTHER in told) == (0, found, True)
    code, out, told = run(capsys, *asked)
    assert (code, "--confirm-siren" in told, Invoice.objects.exists()) == (2, True, False)
    assert (run(capsys, *asked, "--confirm-siren")[0], Invoice.objects.count()) == (0, 1)


@pytest.mark.parametrize(
    ("own", "name"), [("", f"{OTHER}FEC20211231"), (OTHER, f"{OTHER}fec20211231"), (OWN, "ledger")]
)
def test_books_that_say_nothing_else_are_the_entity_s(entity, load, fec, own, name):
    entity.siren = own
    entity.save()
    outcome = load(fec.rename(fec.with_name(f"{name}.txt")), unattended=True)
    assert (outcome.format, outcome.invoices) == ("fec", 1)


@pytest.mark.parametrize(
    ("name", "siren"),
    [
        ("542065479FEC20211231.txt", OTHER),
        ("542065479_fec_2021.xlsx", OTHER),
        ("54206547900012FEC.txt", ""),
        ("FEC", ""),
    ],
)
def test_the_name_of_a_fec_begins_with_the_siren(name, siren):
    assert siren_of(name) == siren


def test_the_page_asks_whose_books_these_are(supervisor, entity, fec):
    batch = sent(supervisor, entity, fec)
    decide, answer = reverse("import_decide", args=[batch.pk]), {"keep": "good_rows"}
    assert str(OtherCompany(siren=OTHER, entity=entity.legal_name, own=OWN)).split(":")[0].strip()[:40] in (
        supervisor.get(reverse("import", args=[batch.pk])).content.decode()
    )
    assert [*supervisor.post(decide, answer).context["form"].errors] == ["siren_confirmed"]
    supervisor.post(decide, answer | {"siren_confirmed": "on"})
    batch.refresh_from_db()
    assert (batch.status, Invoice.objects.count()) == ("done", 1)
