import json
from datetime import date

import pytest
from django.core.management import call_command

from crm.imports.errors import refusal_sentence
from crm.imports.models import Batch
from tests.crm.imports.test_pages import BOTH
from tests.factories.accounts import EntityFactory
from tests.factories.fec import Ledger, Shape

JAN_5, FEB_1 = date(2021, 1, 5), date(2021, 2, 1)


@pytest.fixture
def path(tmp_path):
    ledger = Ledger().sale(JAN_5, "A", "120.00").payment(FEB_1, "A", "20.00").credit_note(FEB_1, "B", "5.00")
    return Shape().write(ledger, tmp_path / "fec.txt")


def run(capsys, *args: object) -> tuple[int, str, str]:
    code = 0
    try:
        call_command("import_receivables", *map(str, args))
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_figures_of_the_file_as_json(entity, path, capsys):
    code, out, _ = run(capsys, path, "--entity", "BOOKS", "--json")
    assert code == 0
    assert json.loads(out) == {
        "format": "fec",
        "rows_read": 7,
        "rows_rejected": 0,
        "customers": 2,
        "invoices": 1,
        "credit_notes": 1,
        "payments": 1,
        "open_amount": {"EUR": "95.00"},
        "errors": [],
    }


def test_a_dry_run_says_the_same_and_leaves_nothing(entity, path, capsys):
    code, out, _ = run(capsys, path, "--entity", "BOOKS", "--json", "--dry-run", "--format", "fec")
    assert (code, json.loads(out)["customers"], Batch.objects.count()) == (0, 2, 0)


def test_rejected_rows_exit_with_one(entity, path, capsys):
    path.write_bytes(path.read_bytes().replace(b"120,00", b"12O,00"))
    code, out, _ = run(capsys, path, "--entity", "BOOKS", "--json")
    assert code == 1
    assert json.loads(out)["errors"] == [
        {"line": 2, "column": "Debit", "value": "12O,00", "reason": "Ce n’est pas un montant."}
    ]


def test_what_is_told_of_rows_that_are_taken_stands_apart(entity, tmp_path, capsys):
    path = tmp_path / "list.csv"
    path.write_text(BOTH)
    code, out, _ = run(capsys, path, "--entity", "BOOKS", "--json", "--dry-run")
    found = json.loads(out)
    assert (code, [[row["line"] for row in found[name]] for name in ("errors", "remarks")]) == (1, [[3, 4], [2, 5]])
    _code, _out, told = run(capsys, path, "--entity", "BOOKS")
    heads = ("Rejetées", "Prises, mais", "ligne")
    assert [line[:7] for line in told.splitlines() if line.startswith(heads)] == [
        "Rejetée", "ligne 3", "ligne 4", "Prises,", "ligne 2", "ligne 5",
    ]  # fmt: skip


def test_a_person_reads_words_and_amounts(entity, items, capsys):
    _, out, _ = run(capsys, items, "--entity", "BOOKS", "--dry-run")
    assert out.splitlines()[0] == "Pris pour\xa0: postes ouverts."
    assert {" ".join(line.split()) for line in out.splitlines()} >= {"Lignes lues 4", "Lignes rejetées 0"}
    assert "open_amount" not in out


def test_an_unknown_entity_exits_with_two_and_names_the_known(entity, path, capsys):
    EntityFactory(code="OTHER")
    code, _, err = run(capsys, path, "--entity", "NONE")
    assert (code, "BOOKS, OTHER" in err) == (2, True)


def test_a_refused_file_exits_with_two(entity, tmp_path, capsys):
    (tmp_path / "empty").write_bytes(b"")
    code, out, err = run(capsys, tmp_path / "empty", "--entity", "BOOKS", "--json")
    assert (code, bool(err), "refused" in json.loads(out)) == (2, True, True)


LIST = "customer,name,invoice,date,due,open_amount"


@pytest.fixture
def items(tmp_path):
    path = tmp_path / "items.csv"
    rows = [f"C{number},Client {number},F{number},2026-01-05,2026-02-05,100.00" for number in range(4)]
    path.write_text("\n".join([LIST, *rows]) + "\n")
    return path


def test_a_list_says_how_it_is_written(entity, items, capsys):
    _, out, _ = run(capsys, items, "--entity", "BOOKS", "--json")
    assert json.loads(out)["format"] == "csv"


def test_a_dry_run_tells_what_a_complete_list_would_close(entity, items, capsys):
    run(capsys, items, "--entity", "BOOKS", "--snapshot")
    items.write_text("\n".join(items.read_text().splitlines()[:2]) + "\n")
    code, out, err = run(capsys, items, "--entity", "BOOKS", "--snapshot", "--dry-run", "--json")
    assert (code, json.loads(out)["rows_read"], "75 %" in err.replace("\xa0", " ")) == (0, 1, True)


@pytest.mark.parametrize(("count", "told"), [(1, "1 facture a une échéance avant son"), (2, "2 factures ont une")])
def test_what_is_to_be_looked_at_is_counted_in_words(entity, items, capsys, count, told):
    rows = [f"D{number},Client,G{number},2026-01-05,2026-01-01,100.00" for number in range(count)]
    items.write_text("\n".join([LIST, *rows]) + "\n")
    assert told in run(capsys, items, "--entity", "BOOKS")[2]


def test_a_complete_list_refused_says_its_shares_as_the_reader_writes_them():
    told = refusal_sentence("too_much_would_close", {"amount_share": "98.3", "customer_share": "5.0", "limit": 10})
    assert told.replace("\xa0", " ").startswith(
        "Cette liste complète solderait 98,3 % du restant dû et tous les postes de 5 %"
    )


def test_what_a_list_is_can_be_said(entity, items, tmp_path, capsys):
    run(capsys, items, "--entity", "BOOKS")
    path = tmp_path / "money.csv"
    path.write_text("Client;Référence;Date;Montant;Facture\nC1;V1;02/03/2026;40,00;F1\n")
    code, out, _ = run(capsys, path, "--entity", "BOOKS", "--kind", "payments", "--json")
    assert (code, json.loads(out)["payments"], json.loads(out)["open_amount"]) == (0, 1, {"EUR": "-40.00"})


@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
def test_how_amounts_are_written_is_asked_where_nothing_proves_it(entity, tmp_path, capsys, dry_run):
    path = tmp_path / "list.csv"
    path.write_text("client;nom;facture;echeance;solde\nA;Alpha;F1;31/01/2026;1.200\n", encoding="utf-8")
    asked = (path, "--entity", "BOOKS", "--json", *dry_run)
    code, out, told = run(capsys, *asked)
    assert (code, "La colonne solde ne dit pas ce que vaut 1.200" in told) == (2, True)
    assert ("refused" in json.loads(out), Batch.objects.exists()) == (True, False)
    code, out, told = run(capsys, *asked, "--decimal-mark", ".")
    assert (code, json.loads(out)["open_amount"], told) == (0, {"EUR": "1.20"}, "")


@pytest.mark.parametrize("more", [[], ["--json"], ["--dry-run"]])
def test_columns_that_are_not_read_are_told_beside_the_figures(entity, tmp_path, capsys, more):
    path = tmp_path / "customers.csv"
    path.write_text("Compte;Nom;Depuis;Fidélité\nA;Zola;2019;oui\n", encoding="utf-8")
    code, _, err = run(capsys, path, "--entity", "BOOKS", *more)
    assert (code, err) == (0, "Colonnes non lues\xa0: Depuis, Fidélité.\n")
