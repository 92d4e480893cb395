from datetime import date
from decimal import Decimal

import pytest

from crm.imports.errors import CannotUndo
from crm.imports.models import Batch, FecLine
from crm.imports.operations.undo import undo
from crm.receivables.models import Credit, Invoice, Movement
from tests.crm.imports.conftest import AT, balances, open_items
from tests.crm.imports.test_fec_rules import write_off_the_invoice_of_100
from tests.factories.fec import Ledger, Shape

JAN_5, FEB_1 = date(2021, 1, 5), date(2021, 2, 1)


@pytest.fixture
def books(tmp_path):
    def run(ledger, name="fec.txt"):
        return Shape().write(ledger, tmp_path / name)

    return run


def last() -> Batch:
    return Batch.objects.latest("id")


def test_an_import_undone_leaves_nothing_and_may_come_again(load, books, entity):
    path = books(Ledger().sale(JAN_5, "A", "100.00", "AA").payment(FEB_1, "A", "60.00", "AA"))
    load(path)
    undo(last(), by=None, at=AT)
    counts = [model.objects.count() for model in (Invoice, Credit, Movement, FecLine)]
    assert (counts, last().status) == ([0, 0, 0, 0], "undone")
    load(path)
    assert balances(entity) == {"A": Decimal(40)}


def test_undoing_the_later_file_gives_back_the_state_before(load, books, entity):
    ledger = Ledger().sale(JAN_5, "A", "100.00").sale(JAN_5, "A", "7.00")
    load(books(ledger))
    ledger.lines[0]["EcritureLet"] = "AA"
    load(books(ledger.payment(FEB_1, "A", "100.00", "AA"), "later.txt"))
    undo(last(), by=None, at=AT)
    assert open_items(entity) == {("A", Decimal(100)), ("A", Decimal(7))}
    assert set(FecLine.objects.values_list("letter", flat=True)) == {""}


def test_what_a_later_import_changed_is_not_undone(load, books):
    ledger = Ledger().sale(JAN_5, "A", "100.00", "AA")
    load(books(ledger))
    first = last()
    load(books(ledger.payment(FEB_1, "A", "60.00", "AA"), "later.txt"))
    with pytest.raises(CannotUndo):
        undo(first, by=None, at=AT)
    assert Invoice.objects.count() == 1


def test_what_a_person_touched_is_not_undone(load, books):
    load(books(Ledger().sale(JAN_5, "A", "100.00")))
    write_off_the_invoice_of_100()
    with pytest.raises(CannotUndo):
        undo(last(), by=None, at=AT)


def test_twice_is_refused(load, books):
    load(books(Ledger().sale(JAN_5, "A", "100.00")))
    undo(last(), by=None, at=AT)
    with pytest.raises(CannotUndo):
        undo(last(), by=None, at=AT)


def test_a_snapshot_undone_opens_what_it_closed(load, tmp_path, entity):
    path = tmp_path / "items.csv"
    path.write_text("client;facture;echeance;solde\nA;F1;01/02/2026;100\nB;F2;01/02/2026;50\n")
    load(path)
    path.write_text("client;facture;echeance;solde\nA;F1;01/02/2026;70\nC;F3;01/02/2026;5\n")
    load(path, mode="snapshot", closing_confirmed=True)
    undo(last(), by=None, at=AT)
    assert balances(entity) == {"A": Decimal(100), "B": Decimal(50)}
