"""Lists of open items: columns, snapshot and delta, movements, refusals."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
import xlsxwriter
from django.db import connection
from psycopg.errors import LockNotAvailable

from crm.accounts.models import Entity
from crm.customers.models import Address, Customer
from crm.imports import staging
from crm.imports.errors import (
    CurrencyUndecided,
    FormulaCells,
    KnownOtherwise,
    MissingColumns,
    TooMuchWouldClose,
    UnclosedQuote,
    UnknownMapping,
)
from crm.imports.formats.rows import TOO_LARGE
from crm.imports.models import MappingProfile
from crm.imports.operations import open_items as importing
from crm.imports.staging import MANY
from crm.receivables.models import Credit, Invoice, Movement
from crm.receivables.operations import write_off
from tests.crm.imports.conftest import AT, balances, open_items
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

HEADER = "Code client;Nom;Facture;Date facture;Échéance;Montant TTC;Reste à payer"
A_1 = "A;Alpha;F1;01/02/2026;03/03/2026;100,00;100,00"
A_2 = "A;Alpha;F2;15/02/2026;17/03/2026;1 000,00;250,50"
B_1 = "B;Bêta;F3;20/02/2026;22/03/2026;80,00;80,00"
C_1 = "C;Gamma;F4;20/02/2026;22/03/2026;1 000,00;1 000,00"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def run(*rows: str, header: str = HEADER, name: str = "items.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return run


def test_an_amount_too_large_is_told_so(load, write):
    rows = ("A;F1;01/02/2026;9999999999999999,00", "A;F2;01/02/2026;1,00")
    outcome = load(write(*rows, header="Compte;Facture;Échéance;Montant"))
    assert [(p.line, p.column, p.value, p.reason) for p in outcome.problems] == [
        (2, "Montant", "9999999999999999,00", TOO_LARGE)
    ]


def changed(outcome) -> dict[str, object]:
    quiet = ("rounding", "closing_amount", "closing_beyond", "amount_share", "customer_share")
    return {name: value for name, value in outcome.changes.items() if value and name not in quiet}


def test_columns_dates_and_amounts_are_found(load, write, entity):
    outcome = load(write(A_1, A_2, B_1))
    assert (outcome.format, outcome.customers, outcome.invoices, outcome.open_amount) == (
        "open_items",
        2,
        3,
        {"EUR": Decimal("430.50")},
    )
    assert balances(entity) == {"A": Decimal("350.50"), "B": Decimal(80)}
    second = Invoice.objects.get(number="F2")
    assert (second.amount, second.due_on, second.due_on_source) == (1000, date(2026, 3, 17), "file")


def test_a_line_cut_otherwise_does_not_hide_the_semicolons(load, write):
    """Decimal commas in most rows, and one label with a semicolon: the file is still cut at its semicolons."""
    extra = "C;Gamma; et fils;F4;20/02/2026;22/03/2026;1 000,00;1 000,00"
    outcome = load(write(A_1, A_2, B_1, extra))
    assert (outcome.invoices, {problem.line for problem in outcome.problems}) == (3, {5})


def test_the_same_list_twice_changes_nothing(load, write):
    path = write(A_1, A_2)
    load(path, mode="snapshot")
    assert changed(load(path, mode="snapshot")) == {}


def test_a_lower_amount_and_a_disappearance_are_dated_movements(load, write, entity):
    load(write(A_1, A_2, C_1))
    load(write(A_1.replace("100,00;100,00", "100,00;40,00"), C_1), mode="snapshot", closing_confirmed=True)
    moves = Movement.objects.filter(reason__in=["lower amount in ledger", "no longer in the complete list"])
    assert sorted(moves.values_list("kind", "amount", "on")) == [
        ("closed_in_ledger", Decimal("-250.50"), date(2026, 3, 2)),
        ("closed_in_ledger", Decimal(-60), date(2026, 3, 2)),
    ]
    assert open_items(entity) == {("A", Decimal(40)), ("C", Decimal(1000))}


def test_a_reappearance_reopens(load, write, entity):
    load(write(A_1, C_1))
    load(write(C_1), mode="snapshot", closing_confirmed=True)
    outcome = load(write(A_1, C_1), mode="snapshot")
    assert changed(outcome) == {"movements_up": 1}
    invoice = Invoice.objects.get(number="F1")
    assert (invoice.open_amount, invoice.settled_on) == (100, None)


def test_a_delta_closes_nothing(load, write, entity):
    load(write(A_1, B_1))
    load(write(C_1), mode="delta")
    assert balances(entity) == {"A": 100, "B": 80, "C": 1000}


def test_a_snapshot_that_would_close_too_much_stops(load, write, entity):
    load(write(A_1, B_1, C_1))
    told = load(write(A_1, B_1), mode="snapshot", dry_run=True)
    assert told.changes["closing_beyond"] is True
    assert (told.changes["closing"], told.changes["amount_share"], told.changes["customer_share"]) == (
        1,
        "84.7",
        "33.3",
    )
    with pytest.raises(TooMuchWouldClose):
        load(write(A_1, B_1), mode="snapshot")
    assert balances(entity) == {"A": 100, "B": 80, "C": 1000}
    load(write(A_1, B_1), mode="snapshot", closing_confirmed=True)
    assert balances(entity) == {"A": 100, "B": 80, "C": 0}


def test_the_limit_is_a_setting_of_the_entity(load, write, entity):
    Entity.objects.filter(pk=entity.pk).update(closing_share_percent=90)
    entity.refresh_from_db()
    load(write(A_1, B_1, C_1))
    load(write(A_1, B_1), mode="snapshot")
    assert balances(entity) == {"A": 100, "B": 80, "C": 0}


def test_a_snapshot_closes_only_what_came_by_its_own_source(load, write, entity):
    MappingProfile.objects.create(entity=entity, name="Sage", mode="snapshot")
    load(write(C_1))
    load(write(A_1, B_1), mapping="Sage")
    load(write(A_1), mapping="Sage", closing_confirmed=True)
    assert balances(entity) == {"A": 100, "B": 0, "C": 1000}


def test_negative_amounts_and_kinds_are_credits(load, write):
    header = "client;type;piece;date;echeance;solde"
    rows = ["A;Facture;F1;2026-02-01;2026-03-01;100", "A;Avoir;V1;2026-02-02;2026-02-02;30"]
    outcome = load(write(*rows, "B;Règlement;R1;2026-02-03;;-20", "B;Facture;F9;2026-02-03;;-5", header=header))
    assert (outcome.invoices, outcome.credit_notes, outcome.payments) == (1, 2, 1)
    assert sorted(Credit.objects.values_list("number", "kind", "amount")) == [
        ("F9", "credit_note", 5),
        ("R1", "payment", 20),
        ("V1", "credit_note", 30),
    ]
    assert outcome.open_amount == {"EUR": 45}


def test_mixed_date_formats_in_one_column(load, write):
    header = "customer,invoice,due date,amount"
    rows = ["A,F1,30-03-2020,1.00", "A,F2,2020-03-30,1.00", "A,F3,20200330,1.00", "A,F4,30 mars 2020,1.00"]
    load(write(*rows, header=header))
    assert set(Invoice.objects.values_list("due_on", flat=True)) == {date(2020, 3, 30)}


def test_a_column_shows_that_months_stand_first(load, write):
    load(write("A,F1,03/04/2020,1.00", "A,F2,03/30/2020,1.00", header="customer,invoice,due date,amount"))
    assert set(Invoice.objects.values_list("due_on", flat=True)) == {date(2020, 3, 4), date(2020, 3, 30)}


def test_a_column_shows_its_decimal_mark(load, write, entity):
    load(write("A;F1;2020-04-03;1.234", "A;F2;2020-04-03;12,50", header="customer;invoice;due date;amount"))
    assert balances(entity) == {"A": Decimal("1246.50")}


def test_values_tell_what_headers_do_not(load, write):
    header = "no;x;y;z;w;v"
    rows = [f"{n};{'AB'[n % 2]};DOC{n};{n + 1:02}/01/2026;{n + 1:02}/02/2026;{n + 1},50" for n in range(20)]
    outcome = load(write(*rows, header=header))
    assert outcome.reading["columns"] == {
        "due_on": "w",
        "issued_on": "z",
        "amount": "v",
        "number": "y",
        "customer": "x",
    }


def test_one_number_under_several_names_takes_the_commonest(load, write):
    rows = [A_1, A_2.replace("Alpha", "Alfa"), A_1.replace("F1", "F5").replace("Alpha", "Alfa")]
    load(write(*rows))
    assert Customer.objects.get().name == "Alfa"


def test_instalments_share_a_number(load, write, entity):
    second = A_1.replace("03/03/2026", "03/04/2026")
    load(write(A_1, second))
    assert sorted(Invoice.objects.values_list("installment", "due_on")) == [
        (1, date(2026, 3, 3)),
        (2, date(2026, 4, 3)),
    ]
    load(write(second), mode="snapshot", closing_confirmed=True)
    assert Invoice.objects.get(open_amount=100).due_on == date(2026, 4, 3)


PARTS = [A_1.replace("03/03/2026", day) for day in ("03/03/2026", "03/04/2026", "03/05/2026")]
MOVED = A_1.replace("03/03/2026", "18/05/2026")


@pytest.mark.parametrize("mode", ["delta", "snapshot"])
def test_one_part_given_another_date_stays_the_same_invoice(load, write, mode):
    load(write(*PARTS))
    before = list(Invoice.objects.order_by("installment").values_list("pk", flat=True))
    again = load(write(*PARTS[:2], MOVED), mode=mode)
    assert changed(again) == {"due_dates_changed": 1}
    assert list(Invoice.objects.order_by("installment").values_list("pk", flat=True)) == before
    assert Invoice.objects.get(pk=before[2]).due_on == date(2026, 5, 18)


def test_a_part_that_was_paid_is_not_looked_for(load, write):
    load(write(*PARTS))
    load(write(PARTS[0].replace("100,00;100,00", "100,00;0,00")))
    load(write(PARTS[1], MOVED))
    assert sorted(Invoice.objects.filter(open_amount__gt=0).values_list("installment", "due_on")) == [
        (2, date(2026, 4, 3)),
        (3, date(2026, 5, 18)),
    ]


PAID_A_PART = PARTS[0].replace("100,00;100,00", "100,00;40,00")


@pytest.mark.parametrize(
    ("known", "rows", "mode", "parts"),
    [
        (PARTS[:2], [PAID_A_PART, MOVED], "delta", 3),  # the second has not changed, and this is a third
        (PARTS, [PAID_A_PART, PARTS[1], MOVED], "delta", 3),  # the second is repeated: the document is told whole
        (PARTS[:2], [PAID_A_PART, MOVED], "snapshot", 2),
    ],
)
def test_a_list_of_changes_that_tells_only_changed_parts_says_nothing_of_the_others(
    load, write, known, rows, mode, parts
):
    load(write(*known))
    load(write(*rows), mode=mode, closing_confirmed=True)
    assert Invoice.objects.filter(open_amount__gt=0).count() == parts


def test_a_list_of_changes_without_labels_repeats_parts_that_have_one(load, write):
    load(write(*(f"{part};Travaux" for part in PARTS), header=f"{HEADER};Libellé"))
    load(write(*PARTS[:2], MOVED))
    assert Invoice.objects.filter(open_amount__gt=0).count() == 3


LABELLED = f"{HEADER};Libellé"


def labelled(parts, *labels):
    return [f"{part};{label}" for part, label in zip(parts, labels, strict=True)]


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        (["Travaux"] * 3, ["Travaux 2026"] * 3, 3),  # the label of the document: the third would be told by its own
        (["Travaux"] * 3, ["Travaux 2026", "Travaux 2026", "Solde"], 4),
        (["1/3", "2/3", "3/3"], ["Travaux"] * 3, 4),  # each part had its own: that of the third may be what it was
        (["Travaux"] * 3, ["Travaux"] * 3, 3),
        (["Travaux"] * 3, ["1/4", "2/4", "4/4"], 4),
    ],
)
def test_in_a_list_of_changes_the_label_of_a_document_tells_it_whole(load, write, before, after, parts):
    load(write(*labelled(PARTS, *before), header=LABELLED))
    load(write(*labelled([*PARTS[:2], MOVED], *after), header=LABELLED))
    assert Invoice.objects.count() == parts
    assert Invoice.objects.filter(due_on=date(2026, 5, 18)).get().installment == (3 if parts == 3 else 4)


@pytest.mark.parametrize("rows", [[PARTS[0], MOVED], [*PARTS[:2], MOVED.replace("100,00", "90,00")]])
def test_a_document_with_another_label_is_not_merged_where_two_parts_could_be_meant(load, write, rows):
    load(write(*labelled(PARTS, *["Travaux"] * 3), header=LABELLED))
    labels = ["Solde"] * len(rows)
    load(write(*(f"{row};{label}" for row, label in zip(rows, labels, strict=True)), header=LABELLED))
    assert Invoice.objects.get(installment=3).due_on == date(2026, 5, 3)


@pytest.mark.parametrize("mode", ["delta", "snapshot"])
def test_the_label_of_a_known_invoice_follows_the_file(load, write, mode):
    load(write(*labelled([A_1, B_1], "Travaux", "Conseil"), header=LABELLED))
    rows = labelled([A_1, B_1], "Travaux de mars", "")
    assert changed(load(write(*rows, header=LABELLED), mode=mode)) == {"labels_changed": 1}
    assert dict(Invoice.objects.values_list("number", "label")) == {"F1": "Travaux de mars", "F3": "Conseil"}
    assert changed(load(write(A_1, B_1))) == {}


def test_a_part_whose_row_was_refused_is_not_taken_for_the_one_that_moved(load, write):
    load(write(*PARTS[:2]))
    load(write(PARTS[0], PARTS[1].replace("100,00;100,00", "100,00;x"), MOVED))
    assert sorted(Invoice.objects.values_list("installment", "due_on")) == [
        (1, date(2026, 3, 3)),
        (2, date(2026, 4, 3)),
        (3, date(2026, 5, 18)),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [MOVED],  # which of the three?
        [PARTS[0], MOVED],  # which of the two?
        [*PARTS, MOVED],  # a fourth
        [*PARTS[:2], MOVED.replace("100,00", "90,00")],  # another amount
    ],
)
def test_what_could_be_another_part_is_one(load, write, rows):
    load(write(*PARTS))
    load(write(*rows))
    assert Invoice.objects.count() == 4
    assert Invoice.objects.get(installment=3).due_on == date(2026, 5, 3)


def test_a_due_date_that_moves_moves_the_invoice(load, write):
    load(write(A_1))
    assert changed(load(write(A_1.replace("03/03/2026", "30/04/2026")))) == {"due_dates_changed": 1}
    assert Invoice.objects.get().due_on == date(2026, 4, 30)


def test_the_very_same_row_again_is_told(load, write):
    outcome = load(write(A_1, B_1, A_1))
    assert [(problem.line, problem.text) for problem in outcome.problems] == [
        (4, "La même ligne se trouve déjà ligne\N{NO-BREAK SPACE}2.")
    ]
    assert Invoice.objects.count() == 2


def test_rows_that_cannot_be_read_are_told_with_line_column_and_value(load, write):
    outcome = load(write(A_1, B_1.replace("22/03/2026", "31/02/2026"), C_1.replace("1 000,00;1 000,00", "12;douze")))
    assert [(p.line, p.column, p.value) for p in outcome.problems] == [
        (3, "Échéance", "31/02/2026"),
        (4, "Reste à payer", "douze"),
    ]


def test_a_row_that_cannot_be_read_closes_nothing(load, write, entity):
    load(write(A_1, B_1))
    load(write(A_1, B_1.replace("80,00;80,00", "80,00;?")), mode="snapshot")
    assert balances(entity) == {"A": 100, "B": 80}


def test_a_higher_amount_is_told_and_left(load, write, entity):
    load(write(A_1))
    outcome = load(write(A_1.replace("100,00;100,00", "120,00;120,00")))
    assert (outcome.rows_rejected, balances(entity)) == (1, {"A": 100})


@pytest.mark.parametrize(
    ("column", "known", "told", "why"),
    [
        ("Identifiant", A_1 + ";77", B_1 + ";77", "connue chez le client\N{NO-BREAK SPACE}A."),
        ("Devise", A_1 + ";EUR", A_1 + ";USD", "connue en\N{NO-BREAK SPACE}EUR."),
    ],
    ids=["another customer", "another currency"],
)
def test_a_document_known_of_another_is_told_and_left(load, write, column, known, told, why):
    header = f"{HEADER};{column}"
    load(write(known, header=header))
    outcome = load(write(told, header=header))
    assert [problem.text for problem in outcome.problems] == [f"Cette pièce est {why}"]
    assert Invoice.objects.values_list("customer__external_id", "open_amount", "currency").get() == ("A", 100, "EUR")


def test_cleared_later_than_the_day_of_the_state_is_open_on_it(load, write, entity):
    header = "customer,invoice,posting date,due date,clear date,amount"
    path = write("A,F1,2020-03-01,2020-03-31,2020-04-15,100", "A,F2,2020-05-01,2020-05-31,,7", header=header)
    load(path, until=date(2020, 4, 14))
    assert balances(entity) == {"A": 100}
    load(path, until=date(2020, 5, 1))
    assert Invoice.objects.get(number="F1").settled_on == date(2020, 4, 15)
    assert balances(entity) == {"A": 7}


def test_amounts_beyond_the_currency_are_rounded_and_told(load, write, entity):
    outcome = load(write("A,F1,2020-03-31,10.125", header="customer,invoice,due date,amount_usd"))
    assert (outcome.open_amount, outcome.reading["rounded"]) == ({"USD": Decimal("10.125")}, 1)
    assert balances(entity) == {"A": Decimal("10.13")}


def test_e_mails_and_phones_are_kept_as_they_are_written_to(load, write, entity):
    header = "Code client;Facture;Échéance;Solde;E-mail;Téléphone"
    path = write(
        'A;F1;2026-03-05;10;"Compta@A.fr; chef@a.fr,";06 12 34 56 78',
        "A;F2;2026-03-05;10;compta@a.fr;06.12.34.56.78",
        "B;F3;2026-03-05;10;b at b.fr;appeler le soir",
        header=header,
    )
    outcome = load(path)
    assert set(Address.objects.values_list("customer__external_id", "channel", "value")) == {
        ("A", "email", "compta@a.fr"),
        ("A", "email", "chef@a.fr"),
        ("A", "phone", "+33612345678"),
    }
    assert [(p.line, p.column, p.value) for p in outcome.problems] == [
        (4, "E-mail", "b at b.fr"),
        (4, "Téléphone", "appeler le soir"),
    ]
    assert (outcome.rows_rejected, balances(entity)) == (0, {"A": 20, "B": 10})
    assert load(path).changes["invoices_new"] == 0


def test_a_phone_is_read_as_those_of_the_customers_country(load, write, entity):
    Customer.objects.create(entity=entity, external_id="A", name="A", country="BE", created_at=AT)
    load(write("A;F1;2026-03-05;10;0470 12 34 56", header="Code client;Facture;Échéance;Solde;Téléphone"))
    assert Address.objects.values_list("value", flat=True).get() == "+32470123456"


TYPED = "Code client;Type;Facture;Échéance;Solde"


@pytest.mark.parametrize(
    ("said", "open_amount"),
    [
        ("Facture d'acompte", 100),
        ("Down payment invoice", 100),
        ("Rejet de virement", 100),
        ("Impayé chèque", 100),
        ("Règlement impayé", 100),
        ("Payment request", 100),
        ("Annulation de paiement", 100),
        ("Règlement facture", -100),
        ("Règlement facture d'acompte", -100),
        ("Invoice payment", -100),
        ("Payment for invoice", -100),
        ("Acompte", -100),
        ("Facture d'avoir", -100),
    ],
)
def test_a_failed_or_invoiced_payment_is_owed(load, write, entity, said, open_amount):
    load(write(f"A;{said};F1;2026-03-05;100", "B;Facture;F2;2026-03-05;10", header=TYPED))
    assert balances(entity) == {"A": open_amount, "B": 10}


def book(path: Path, *, formula: bool) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["Balance âgée"])
        sheet.write_row(2, 0, ["Code client", "Facture", "Échéance", "Solde"])
        for row, (customer, number, amount) in enumerate([("A", 1001, 12.5), ("B", 1002, 30)], 3):
            sheet.write_row(row, 0, [customer, number])
            sheet.write_datetime(row, 2, date(2026, 3, 5), day)  # type: ignore[arg-type]
            sheet.write_number(row, 3, amount)
        if formula:
            sheet.write_formula(5, 3, "=SUM(D4:D5)")
    return path


def test_a_spreadsheet(load, tmp_path, entity):
    outcome = load(book(tmp_path / "items.xlsx", formula=False))
    assert (outcome.format, outcome.rows_read, balances(entity)) == ("open_items", 2, {"A": Decimal("12.5"), "B": 30})
    assert sorted(Invoice.objects.values_list("number", "due_on")) == [
        ("1001", date(2026, 3, 5)),
        ("1002", date(2026, 3, 5)),
    ]


def test_formulas_in_a_column_that_is_read_are_refused(load, tmp_path):
    with pytest.raises(FormulaCells) as refused:
        load(book(tmp_path / "items.xlsx", formula=True))
    assert refused.value.params == {"line": 6, "column": "Solde"}


def test_a_profile_says_which_columns(load, write, entity):
    MappingProfile.objects.create(
        entity=entity,
        name="Maison",
        columns={"customer": "k1", "number": "k2", "due_on": "k3", "amount": "k4"},
        date_format="mdy",
        currency="USD",
    )
    load(write("A;F1;04/03/2020;5", header="k1;k2;k3;k4"), mapping="Maison")
    assert Invoice.objects.values_list("due_on", "currency").get() == (date(2020, 4, 3), "USD")


def test_an_unknown_profile_is_refused_and_the_known_are_named(load, write, entity):
    MappingProfile.objects.create(entity=entity, name="Maison")
    with pytest.raises(UnknownMapping) as refused:
        load(write(A_1), mapping="Autre")
    assert refused.value.params["known"] == "Maison"


def test_a_list_without_amount_is_refused_by_name(load, write):
    with pytest.raises(MissingColumns) as refused:
        load(write("A;F1;2020-01-01", header="Code client;Facture;Échéance"))
    assert refused.value.params["columns"] == "open_amount / amount / debit / credit"


def test_documents_with_a_due_date_are_open_items_whatever_their_amount_is_called(load, write, entity):
    outcome = load(write("A;Zola;F1;2020-01-01;5,50", header="Tiers;Raison sociale;Pièce;Échéance;Colonne 5"))
    assert (outcome.format, open_items(entity)) == ("open_items", {("A", Decimal("5.50"))})


def test_a_code_beside_a_numbered_document_is_not_its_number(load, write, entity):
    load(write("K1;Zola;X-1;2020-01-01;5,50", header="Code;Client;N° doc;Échéance;Solde"))
    assert Invoice.objects.get().number == "X-1"


def test_a_row_without_number_spares_what_its_customer_owes(load, write, entity):
    header = "Code client;Facture;Échéance;Solde"
    load(write("A;F1;2020-01-01;5", "B;F2;2020-01-01;6", "C;F3;2020-01-01;7", header=header), mode="snapshot")
    rows = ("A;F1;2020-01-01;5", "B;;2020-01-01;6", "Total;;;11")
    outcome = load(write(*rows, header=header), mode="snapshot", closing_confirmed=True)
    assert (outcome.rows_rejected, open_items(entity)) == (2, {("A", Decimal(5)), ("B", Decimal(6))})


def test_a_quote_never_closed_is_refused(load, write):
    with pytest.raises(UnclosedQuote):
        load(write('A;"F1;2020-01-01;5', *["B;F2;2020-01-01;6"] * 9000, header="Code client;Facture;Échéance;Solde"))
    assert Invoice.objects.count() == 0


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("Identifiant;Compte;Facture;Échéance;Solde", ["U1;A;F1;2020-01-01;100", "U1;B;F2;2020-01-01;70"]),
        ("Compte;Facture;Échéance;Solde", ["A;B/1;2020-01-01;100", "A/B;1;2020-01-01;70"]),
    ],
)
def test_one_identifier_is_of_one_customer(load, write, header, rows):
    for _ in range(2):
        outcome = load(write(*rows, header=header))
        assert [(problem.line, problem.params) for problem in outcome.problems] == [(3, {"customer": "A"})]
    assert load(write(*reversed(rows), header=header)).problems[0].params == {"customer": "A"}
    assert list(Invoice.objects.values_list("customer__external_id", "open_amount")) == [("A", 100)]


@pytest.mark.parametrize(("settled", "told"), [(None, {"invoices": 1, "numbers": ["F1"]}), ("2020-02-01", None)])
def test_an_invoice_the_api_brought_under_another_identifier_is_told(load, write, entity, settled, told):
    customer = CustomerFactory(entity=entity, external_id="A")
    left = {"open_amount": 0, "settled_on": settled} if settled else {}
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        InvoiceFactory(customer=customer, external_id="ERP-1", number="F1", amount=1200, **left)
        cursor.execute("set local session_replication_role = default")
    path = write("A;F1;2020-01-01;900", "A;F2;2020-01-01;70", header="Compte;Facture;Échéance;Solde")
    for dry_run in (True, False):
        assert load(path, dry_run=dry_run).changes.get("known_otherwise") == told
    assert load(path).changes.get("known_otherwise") is None


def test_most_of_a_list_known_otherwise_is_refused_where_nobody_looks(load, write, entity):
    customer = CustomerFactory(entity=entity, external_id="A")
    InvoiceFactory(customer=customer, external_id="ERP-1", number="F1")
    path = write("A;F1;2020-01-01;900", "A;F2;2020-01-01;70", header="Compte;Facture;Échéance;Solde")
    with pytest.raises(KnownOtherwise):
        load(path, unattended=True)
    assert Invoice.objects.count() == 1
    load(path, unattended=True, closing_confirmed=True)
    assert Invoice.objects.count() == 3


def test_an_identifier_of_two_accounts_of_one_customer_is_his(load, write, entity):
    kept = CustomerFactory(entity=entity, external_id="A")
    CustomerFactory(entity=entity, external_id="B", merged_into=kept)
    rows = ["U1;A;F1;2020-01-01;100", "U1;B;F1;2020-02-01;70"]
    assert load(write(*rows, header="Identifiant;Compte;Facture;Échéance;Solde")).rows_rejected == 0
    assert Invoice.objects.filter(customer=kept).count() == 2


@pytest.mark.parametrize(
    "rows",
    [
        ['A;"Chez Paul;F1;2020-01-01;5', "B;Léa;F2;2020-01-01;6", "C;Zoé;F3;2020-01-01;7"],
        ['A;"Chez Paul;F1;2020-01-01;5', 'B;"Léa";F2;2020-01-01;6', "C;Zoé;F3;2020-01-01;7"],
        ['A;"Chez Paul;F1;2020-01-01;5', 'B;Écrans 12";F2;2020-01-01;6', "C;Zoé;F3;2020-01-01;7"],
        ["A;Paul;F1;2020-01-01;5", 'B;Léa;"F2;2020-01-01;6', 'C;"Zoé";F3;2020-01-01;7'],
    ],
)
def test_nor_one_that_swallows_a_few_rows(load, write, rows):
    with pytest.raises(UnclosedQuote):
        load(write(*rows, header="Compte;Nom;Facture;Échéance;Solde"))
    assert Invoice.objects.count() == 0


@pytest.mark.parametrize("label", ['"une\nligne; et\nune autre"', '"12"" ; écran"', 'a "b" c', '"x"'])
def test_a_cell_of_several_lines_is_read(load, write, label):
    row = f"A;{label};F1;2020-01-01;5;;"
    load(write(row, row.replace("F1", "F2"), header="Compte;Libellé;Facture;Échéance;Solde"))
    assert Invoice.objects.count() == 2


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_statements_is_constant(load, write, count, django_assert_num_queries):
    path = write(*(A_1.replace("A;", f"A{n};") for n in range(count)))
    with django_assert_num_queries(45):
        load(path, mode="snapshot")


def test_a_code_no_currency_has_is_refused(load, write):
    header = f"{HEADER};Devise"
    outcome = load(write(f"{A_1};EUR", f"{A_2};ZZZ", f"{B_1};$", f"{C_1};", header=header))
    assert [(p.line, p.column, p.value, p.reason) for p in outcome.problems] == [
        (3, "Devise", "ZZZ", "No currency has this code.")
    ]
    assert set(outcome.open_amount) == {"EUR", "USD"}


def test_currencies_are_read_as_ledgers_write_them(load, write):
    rows = [f"A;F{n};2020-01-01;12,50;{written}" for n, written in enumerate(["DT", "Dhs", "DA", "euros", "XAF"])]
    outcome = load(write(*rows, header="Code client;Facture;Échéance;Solde;Devise"))
    assert (set(outcome.open_amount), outcome.problems) == ({"TND", "MAD", "DZD", "EUR", "XAF"}, [])


@pytest.mark.parametrize(("country", "code"), [("SN", "XOF"), ("CM", "XAF"), ("FR", None)])
def test_a_cfa_franc_is_that_of_the_country_of_the_entity(load, write, entity, country, code):
    entity.country = country
    entity.save()
    outcome = load(
        write("A;F1;2020-01-01;12;F CFA", "A;F2;2020-01-01;12;€", header="Code client;Facture;Échéance;Solde;Devise")
    )
    told = [(p.line, p.column, p.value, p.text) for p in outcome.problems]
    assert set(outcome.open_amount) == {code or "EUR", "EUR"}
    reason = "Plusieurs devises s’écrivent ainsi\xa0: écrivez le code de la bonne, XOF, XAF."
    assert told == ([] if code else [(2, "Devise", "F CFA", reason)])


@pytest.mark.parametrize(
    ("header", "code"), [("Montant DT", "TND"), ("Solde (DH)", "MAD"), ("Solde euros", "EUR"), ("Montant F CFA", "XAF")]
)
def test_the_head_of_a_column_says_its_currency_as_ledgers_do(load, write, entity, header, code):
    entity.country = "CM"
    entity.save()
    outcome = load(write("A;F1;2020-01-01;12,50", header=f"Code client;Facture;Échéance;{header}"))
    assert (set(outcome.open_amount), outcome.reading["currency"]) == ({code}, code)


def test_a_head_that_may_say_two_currencies_is_refused_unless_a_profile_chooses(load, write, entity):
    path = write("A;F1;2020-01-01;12", header="Code client;Facture;Échéance;Montant FCFA")
    with pytest.raises(CurrencyUndecided) as refused:
        load(path)
    assert refused.value.params == {"currency": "FCFA", "codes": "XOF, XAF"}
    MappingProfile.objects.create(entity=entity, name="Afrique", currency="XAF")
    assert set(load(path, mapping="Afrique").open_amount) == {"XAF"}


@pytest.mark.parametrize(("written", "problems"), [("12,50 €", 0), ("12,50 DT", 1), ("12 FCFA", 1)])
def test_an_amount_in_another_currency_than_its_row_is_refused(load, write, written, problems):
    outcome = load(
        write(f"A;F1;2020-01-01;{written}", "B;F2;2020-01-01;1,00", header="Code client;Facture;Échéance;Solde")
    )
    reasons = ["This amount is not in the currency of its row, %(currency)s: say its currency in a column."] * problems
    assert [p.reason for p in outcome.problems] == reasons


def test_a_large_file_leaves_the_books_with_statistics(load, write):
    load(write(*(f"C{n % 900};Alpha;F{n};01/01/2026;31/01/2026;10,00;10,00" for n in range(MANY + 1))))
    with connection.cursor() as cursor:
        cursor.execute("select reltuples::int from pg_class where relname = 'receivables_invoice'")
        assert cursor.fetchone() == (MANY + 1,)


def test_all_that_is_wrong_in_a_row_is_told(load, write):
    outcome = load(
        write(A_1, B_1.replace("B;", ";", 1).replace("22/03/2026", "31/02/2026").replace("80,00;80,00", "x;y"))
    )
    assert [(p.line, p.value) for p in outcome.problems] == [(3, ""), (3, "31/02/2026"), (3, "y"), (3, "x")]
    assert outcome.rows_rejected == 1


def test_a_row_of_nobody_closes_nothing(load, write, entity):
    load(write(A_1, B_1))
    load(write(A_1, B_1.replace("B;", ";", 1)), mode="snapshot")
    assert balances(entity) == {"A": 100, "B": 80}


@pytest.mark.parametrize("rows", [(A_1,), ()], ids=["lower in the file", "gone from the file"])
def test_what_a_person_does_meanwhile_is_counted_once(load, write, entity, monkeypatch, rows):
    """He writes off 300 of 1,000 once the import has found what must move; the file says 600, or nothing any more."""
    load(write(A_1, C_1), mode="snapshot", closing_confirmed=True)
    prepared = staging.execute

    def writing_off_after(names, params):
        touched = prepared(names, params)
        if names == "items_moved_here items_moves":
            write_off(Invoice.objects.get(number="F4"), amount=Decimal(300), on=AT.date(), reason="geste", at=AT)
        return touched

    monkeypatch.setattr(importing, "execute", writing_off_after)
    more = () if not rows else (C_1.removesuffix("1 000,00") + "600,00",)
    load(write(A_1, *more), mode="snapshot", closing_confirmed=True)
    assert balances(entity) == {"A": Decimal(100), "C": Decimal(600 - 300 if more else 0)}


@pytest.mark.django_db(transaction=True)
def test_nobody_takes_off_what_an_import_is_about_to_move(load, write, monkeypatch):
    load(write(A_1, C_1))
    answered, other = importing.answer, psycopg.connect(**connection.get_connection_params())
    tried = "select open_amount from receivables_invoice where number = 'F4' for no key update nowait"

    def while_it_writes(name, params):
        if name == "items_write":
            with pytest.raises(LockNotAvailable):
                other.execute(tried)
            other.rollback()
        return answered(name, params)

    monkeypatch.setattr(importing, "answer", while_it_writes)
    with other:
        load(write(A_1, C_1.removesuffix("1 000,00") + "600,00"))
