"""Lists and ledgers made wrong on purpose: told line by line, never half-written."""

from datetime import date
from decimal import Decimal

import pytest

from crm.customers.models import Customer
from crm.imports.errors import ImportRefused
from crm.imports.models import Batch
from crm.receivables.models import Invoice
from tests.crm.imports.conftest import balances
from tests.factories.fec import Ledger, Shape

HEADER = "client;facture;date;echeance;solde"


@pytest.fixture
def items(tmp_path):
    def write(*rows, header=HEADER, encoding="utf-8", name="items.csv"):
        path = tmp_path / name
        path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
        return path

    return write


@pytest.mark.parametrize("content", [b"client;facture;solde\nA;F1;1\x000\n", b"\x00\x00\x00\x00client;solde\nA;1\n"])
def test_a_nul_byte_is_refused_or_told(load, tmp_path, content):
    path = tmp_path / "nul.csv"
    path.write_bytes(content)
    with pytest.raises(ImportRefused):
        load(path)
    assert (Batch.objects.count(), Customer.objects.count()) == (0, 0)


def test_the_thirty_first_of_february_is_told_with_its_line(load, items):
    outcome = load(items("A;F1;31/02/2026;01/03/2026;100", "B;F2;01/02/2026;01/03/2026;50"))
    assert [(problem.line, problem.value) for problem in outcome.problems] == [(2, "31/02/2026")]
    assert list(Invoice.objects.values_list("number", flat=True)) == ["F2"]


def test_a_header_that_stands_twice_loses_nothing_in_silence(load, items, entity):
    load(items("A;F1;01/02/2026;01/03/2026;100;7", header=HEADER + ";solde"), dry_run=True)
    assert balances(entity) == {}


@pytest.mark.parametrize("text", ["1 234,56", "1\u00a0234,56", "1\u202f234,56", "1.234,56", "1'234,56"])
def test_thousands_are_read_however_they_are_set_apart(load, items, entity, text):
    load(items(f"A;F1;01/02/2026;01/03/2026;{text}", "B;F2;01/02/2026;01/03/2026;1,10"))
    assert balances(entity) == {"A": Decimal("1234.56"), "B": Decimal("1.10")}


@pytest.mark.parametrize("text", ["-50,00", "(50,00)", "50,00-"])
def test_a_negative_amount_is_a_credit_however_it_is_written(load, items, entity, text):
    load(items("A;F1;01/02/2026;01/03/2026;100,00", f"A;AV1;01/02/2026;01/03/2026;{text}"))
    assert balances(entity) == {"A": Decimal(50)}


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "1e400", "NaN", "Infinity"])
def test_what_is_no_amount_is_never_one(load, items, text):
    outcome = load(items(f"A;F1;01/02/2026;01/03/2026;{text}", "B;F2;01/02/2026;01/03/2026;50,00"))
    assert [problem.line for problem in outcome.problems] == [2]


def test_a_name_that_would_run_in_a_spreadsheet_is_kept_as_text(load, items):
    path = items("A;F1;01/02/2026;01/03/2026;10;=HYPERLINK(1)", header=HEADER + ";nom")
    load(path)
    assert Customer.objects.get().name == "=HYPERLINK(1)"


def test_one_line_is_enough(load, items, entity):
    assert load(items("A;F1;01/02/2026;01/03/2026;100")).rows_read == 1
    assert balances(entity) == {"A": Decimal(100)}


def test_a_delta_after_a_snapshot_closes_nothing_and_a_return_reopens(load, items, entity):
    load(items("A;F1;01/02/2026;01/03/2026;100", "B;F2;01/02/2026;01/03/2026;50"), mode="snapshot")
    load(items("C;F3;01/02/2026;01/03/2026;5"))
    assert balances(entity) == {"A": Decimal(100), "B": Decimal(50), "C": Decimal(5)}
    load(items("B;F2;01/02/2026;01/03/2026;50"), mode="snapshot", closing_confirmed=True)
    load(items("A;F1;01/02/2026;01/03/2026;100", "B;F2;01/02/2026;01/03/2026;50"), mode="snapshot")
    assert balances(entity) == {"A": Decimal(100), "B": Decimal(50), "C": Decimal(0)}


def test_two_exercises_in_one_file_count_the_balance_once(load, tmp_path, entity):
    ledger = Ledger().sale(date(2020, 3, 1), "A", "100.00").sale(date(2020, 5, 1), "A", "20.00")
    ledger.opening(date(2021, 1, 1), A="120.00").payment(date(2021, 2, 1), "A", "50.00")
    path = Shape().write(ledger, tmp_path / "two.txt")
    load(path)
    assert balances(entity) == {"A": Decimal(70)}
    load(path)
    assert balances(entity) == {"A": Decimal(70)}
