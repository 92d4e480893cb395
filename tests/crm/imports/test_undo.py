from datetime import date
from decimal import Decimal

import pytest

from crm.customers.models import Customer
from crm.imports.errors import CannotUndo
from crm.imports.models import Batch, FecLine
from crm.imports.operations.undo import undo
from crm.receivables.models import Credit, Invoice, Movement
from crm.receivables.operations import write_off
from crm.timeline.models import Entry, EntryKind
from crm.timeline.operations import record
from tests.crm.imports.conftest import AT, balances, open_items
from tests.crm.imports.test_fec_rules import write_off_the_invoice_of_100
from tests.factories.fec import Ledger, Shape

JAN_5, FEB_1 = date(2021, 1, 5), date(2021, 2, 1)
LATER_IMPORT = "un import ultérieur a modifié ses postes"
BY_PERSONS = "1 mouvements ont été enregistrés depuis sur ses postes"


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
    with pytest.raises(CannotUndo, match=LATER_IMPORT):
        undo(first, by=None, at=AT)
    assert Invoice.objects.count() == 1


def test_what_a_person_touched_is_not_undone(load, books):
    load(books(Ledger().sale(JAN_5, "A", "100.00")))
    write_off_the_invoice_of_100()
    with pytest.raises(CannotUndo, match=BY_PERSONS):
        undo(last(), by=None, at=AT)


def test_twice_is_refused(load, books):
    load(books(Ledger().sale(JAN_5, "A", "100.00")))
    undo(last(), by=None, at=AT)
    with pytest.raises(CannotUndo, match="il n’est pas importé"):
        undo(last(), by=None, at=AT)


def test_a_snapshot_undone_opens_what_it_closed(load, tmp_path, entity):
    path = tmp_path / "items.csv"
    path.write_text("client;facture;echeance;solde\nA;F1;01/02/2026;100\nB;F2;01/02/2026;50\n")
    load(path)
    path.write_text("client;facture;echeance;solde\nA;F1;01/02/2026;70\nC;F3;01/02/2026;5\n")
    load(path, mode="snapshot", closing_confirmed=True)
    undo(last(), by=None, at=AT)
    assert balances(entity) == {"A": Decimal(100), "B": Decimal(50)}


def items(tmp_path, *rows):
    path = tmp_path / "items.csv"
    path.write_text("\n".join(["client;facture;echeance;solde", *rows, ""]))
    return path


def test_a_due_date_moved_by_an_import_comes_back_with_its_undoing(load, tmp_path):
    load(items(tmp_path, "A;F1;01/02/2026;100"))
    load(items(tmp_path, "A;F1;15/03/2026;100"))
    assert Invoice.objects.get().due_on == date(2026, 3, 15)
    undo(last(), by=None, at=AT)
    assert (Invoice.objects.get().due_on, Invoice.objects.get().due_on_source) == (date(2026, 2, 1), "file")


def test_terms_confirmed_by_a_later_fec_are_taken_back(load, books):
    ledger = Ledger().sale(JAN_5, "A", "100.00")
    load(books(ledger))
    load(books(ledger, "again.txt"), terms_days=60)
    assert Invoice.objects.get().due_on_source == "terms"
    undo(last(), by=None, at=AT)
    assert (Invoice.objects.get().due_on, Invoice.objects.get().due_on_source) == (date(2021, 2, 4), "guessed")


def test_a_label_changed_by_an_import_comes_back_with_its_undoing_unless_it_changed_again(load, tmp_path):
    def told(*labels):
        rows = [f"A;F{n};0{n}/03/2026;{n}0;{label}" for n, label in enumerate(labels, 1)]
        (tmp_path / "labels.csv").write_text("\n".join(["client;facture;echeance;solde;libelle", *rows, ""]))
        load(tmp_path / "labels.csv")

    told("Travaux", "Conseil")
    told("Travaux de mars", "Conseil de mars")
    assert dict(Invoice.objects.values_list("number", "label")) == {"F1": "Travaux de mars", "F2": "Conseil de mars"}
    Invoice.objects.filter(number="F2").update(label="Conseil, deux jours")
    undo(last(), by=None, at=AT)
    assert dict(Invoice.objects.values_list("number", "label")) == {"F1": "Travaux", "F2": "Conseil, deux jours"}


def test_an_import_a_later_one_only_gave_other_labels_is_undone(load, tmp_path):
    path = tmp_path / "labels.csv"
    for label in ("Travaux", "Travaux de mars"):
        path.write_text(f"client;facture;echeance;solde;libelle\nA;F1;01/03/2026;10;{label}\n")
        load(path)
    undo(Batch.objects.earliest("id"), by=None, at=AT)
    assert not Invoice.objects.exists()


def test_an_import_whose_due_dates_a_later_one_moved_is_not_undone(load, tmp_path):
    load(items(tmp_path, "A;F1;01/02/2026;100"))
    first = last()
    load(items(tmp_path, "A;F1;15/03/2026;100"))
    with pytest.raises(CannotUndo, match=LATER_IMPORT):
        undo(first, by=None, at=AT)


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        (Invoice, ["A;F1;01/02/2026;100", "A;F1;01/02/2026;60", "A;F1;01/02/2026;50"]),
        (Credit, ["A;AV1;01/02/2026;-100", "A;AV1;01/02/2026;-60", "A;AV1;01/02/2026;-50"]),
        (Invoice, ["A;F1;01/02/2026;50", "A;F1;15/03/2026;50", "A;F1;01/04/2026;50"]),
    ],
    ids=["invoice lowered", "credit lowered", "due date moved"],
)
def test_an_import_that_changed_what_a_later_one_changed_again_is_not_undone(load, tmp_path, kind, rows):
    for row in rows:
        load(items(tmp_path, row))
    second = Batch.objects.order_by("id")[1]
    with pytest.raises(CannotUndo, match=LATER_IMPORT):
        undo(second, by=None, at=AT)
    assert kind.objects.get().open_amount == 50


def test_what_a_person_moved_after_an_import_changed_it_is_not_undone(load, tmp_path):
    for amount in (120, 100):
        load(items(tmp_path, f"A;F1;01/02/2026;{amount}"))
    write_off(Invoice.objects.get(), amount=Decimal(30), on=AT.date(), reason="geste", at=AT)
    with pytest.raises(CannotUndo, match=BY_PERSONS):
        undo(last(), by=None, at=AT)
    assert Invoice.objects.get().open_amount == 70


def test_the_customers_an_import_brought_go_with_it(load, tmp_path, books):
    load(items(tmp_path, "A;F1;01/02/2026;100", "B;F2;01/02/2026;50"))
    undo(last(), by=None, at=AT)
    load(books(Ledger().sale(JAN_5, "C", "100.00")))
    undo(last(), by=None, at=AT)
    assert [model.objects.count() for model in (Customer, Invoice, Entry)] == [0, 0, 0]


def test_a_customer_something_else_speaks_of_stays(load, tmp_path, entity):
    load(items(tmp_path, "A;F1;01/02/2026;100", "B;F2;01/02/2026;50", "C;F3;01/02/2026;5"))
    first = last()
    load(items(tmp_path, "B;F9;01/02/2026;7"))
    record(Customer.objects.get(external_id="A"), EntryKind.NOTE, "Note", at=AT, text="à rappeler")
    undo(first, by=None, at=AT)
    assert list(Customer.objects.order_by("external_id").values_list("external_id", flat=True)) == ["A", "B"]
    assert balances(entity) == {"B": Decimal(7)}


def test_entries_gone_from_a_later_file_of_the_same_days_are_told(load, books):
    ledger = Ledger().sale(JAN_5, "A", "100.00").sale(JAN_5, "B", "7.00", piece="FA-B").sale(FEB_1, "A", "3.00")
    load(books(ledger))
    ledger.lines = [line for line in ledger.lines if line["PieceRef"] != "FA-B"]
    ledger.sale(date(2021, 3, 1), "A", "1.00")
    told = load(books(ledger, "longer.txt"), dry_run=True).changes["lines_gone"]
    assert told == {"lines": 1, "balance": "7.000", "numbers": ["FA-B"]}


def test_a_longer_file_that_holds_everything_tells_nothing_gone(load, books):
    ledger = Ledger().sale(JAN_5, "A", "100.00")
    load(books(ledger))
    found = load(books(ledger.sale(FEB_1, "C", "7.00").sale(FEB_1, "A", "7.00"), "longer.txt"), dry_run=True).changes
    assert (found.get("lines_gone"), found["customers_new"], found["customers_changed"]) == (None, 1, 1)
