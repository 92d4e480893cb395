"""What a FEC becomes: kinds, lettering, residues, openings, identity."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg.errors import LockNotAvailable

from crm.customers.models import Customer
from crm.events.models import Event
from crm.imports.formats.rows import TOO_LARGE
from crm.imports.models import FecLine
from crm.imports.operations import fec, import_file
from crm.imports.outcome import Options
from crm.receivables.models import Credit, Invoice, Movement
from crm.timeline.models import Entry
from tests.crm.imports.conftest import AT, balances, open_items
from tests.factories.fec import Ledger, Shape

JAN_1, JAN_5, FEB_1, MARCH_1, DEC_1 = (date(2021, m, d) for m, d in ((1, 1), (1, 5), (2, 1), (3, 1), (12, 1)))
NEXT_JAN_1, NEXT_FEB_1 = date(2022, 1, 1), date(2022, 2, 1)


@pytest.fixture
def write(tmp_path: Path):
    def run(ledger: Ledger, name: str = "fec.txt") -> Path:
        return Shape().write(ledger, tmp_path / name)

    return run


WRITE_OFF = """
with gone as (
    insert into receivables_movement (entity_id, customer_id, invoice_id, kind, currency, amount, "on", at, reason)
    select entity_id, customer_id, id, 'written_off', currency, -100, issued_on, now(), ''
    from receivables_invoice where amount = 100 returning invoice_id
)
update receivables_invoice i set open_amount = 0, settled_on = issued_on from gone where i.id = invoice_id
"""


def write_off_the_invoice_of_100() -> None:
    with connection.cursor() as cursor:
        cursor.execute(WRITE_OFF)


def kinds(model) -> list[tuple[str, str, Decimal]]:
    return sorted(model.objects.values_list("customer__external_id", "kind", "amount"))


def test_the_counterpart_says_the_kind(load, write):
    ledger = Ledger().opening(JAN_1, A="10").sale(JAN_5, "B", "120.00").credit_note(JAN_5, "C", "30.00")
    ledger.payment(FEB_1, "D", "50.00").refund(FEB_1, "E", "5.00")
    ledger.entry("OD", FEB_1, "OD1", "Virement de compte", ("411000", "F", "7.00", ""), ("471000", "", "-7.00", ""))
    load(write(ledger))
    assert kinds(Invoice) == [
        ("A", "opening", 10),
        ("B", "invoice", 120),
        ("E", "returned_payment", 5),
        ("F", "adjustment", 7),
    ]
    assert kinds(Credit) == [("C", "credit_note", 30), ("D", "payment", 50)]


def test_numbers_that_mean_nothing_leave_the_document(load, write):
    ledger = Ledger().sale(JAN_5, "A", "120.00", piece="F1").payment(JAN_5, "A", "50.00")
    for line in ledger.lines:
        line["EcritureNum"] = "0"
    load(write(ledger))
    assert kinds(Invoice) == [("A", "invoice", 120)]
    assert kinds(Credit) == [("A", "payment", 50)]


def test_a_number_a_line_leaves_the_document_too(load, write):
    ledger = Ledger().sale(JAN_5, "A", "120.00", piece="F1").payment(JAN_5, "A", "50.00")
    for number, line in enumerate(ledger.lines):
        line["EcritureNum"] = str(number + 1)
    load(write(ledger))
    assert kinds(Invoice) == [("A", "invoice", 120)]
    assert kinds(Credit) == [("A", "payment", 50)]


def test_accounts_without_auxiliary_are_customers_and_other_accounts_are_told(load, write):
    ledger = Ledger().sale(JAN_5, "", "10.00", account="411DUPONT")
    ledger.entry("OD", JAN_5, "X", "Douteux", ("416000", "Z", "99.00", ""), ("471000", "", "-99.00", ""))
    outcome = load(write(ledger))
    assert outcome.customers == 1
    assert list(Customer.objects.values_list("external_id", "name")) == [("411DUPONT", "Compte 411DUPONT")]
    assert outcome.reading["apart"] == [{"prefix": "416", "lines": 1, "balance": "99.000"}]


def test_lettered_lines_settle_each_other_on_the_later_day(load, write):
    load(write(Ledger().sale(JAN_5, "A", "120.00", "AA").payment(FEB_1, "A", "120.00", "AA").sale(FEB_1, "A", "5.00")))
    invoice = Invoice.objects.get(amount=120)
    assert (invoice.open_amount, invoice.settled_on) == (0, FEB_1)
    assert Movement.objects.values_list("kind", "amount", "on").get() == ("allocated", -120, FEB_1)


@pytest.mark.parametrize("letter", ["AA", ""])
def test_money_dated_ahead_settles_nothing_before_its_day(load, write, entity, letter):
    """Neither by its letter nor because the account is at zero then; the last day is tomorrow (2 March 2026)."""
    came, comes = date(2026, 3, 3), date(2026, 3, 4)
    ledger = Ledger().sale(JAN_5, "A", "120.00", letter).payment(comes, "A", "120.00", letter)
    load(write(ledger.sale(JAN_5, "B", "50.00", letter).payment(came, "B", "50.00", letter)))
    assert open_items(entity) == {("A", Decimal(120)), ("A", Decimal(-120))}
    import_file(write(ledger), entity=entity, options=Options(), by=None, at=AT + timedelta(days=1))
    assert (open_items(entity), Invoice.objects.get(amount=120).settled_on) == (set(), comes)


def test_what_settled_something_ahead_does_so_no_more(load, write, entity, monkeypatch):
    """As it was imported before that was minded."""
    path = write(Ledger().sale(JAN_5, "A", "120.00", "AA").payment(date(2062, 3, 4), "A", "120.00", "AA"))
    with monkeypatch.context() as before:
        before.setattr(fec, "last_day", lambda entity, at: date.max)
        load(path)
        assert open_items(entity) == set()
    load(path)
    assert (open_items(entity), balances(entity)) == ({("A", Decimal(120)), ("A", Decimal(-120))}, {"A": Decimal(0)})


def test_letters_are_local_to_an_account(load, write, entity):
    load(write(Ledger().sale(JAN_5, "A", "120.00", "AA").payment(FEB_1, "B", "120.00", "AA")))
    assert open_items(entity) == {("A", Decimal(120)), ("B", Decimal(-120))}


def test_a_residual_credit_goes_to_the_opening_balance_first(load, write, entity):
    ledger = Ledger().opening(JAN_1, A="100").sale(JAN_5, "A", "40.00", "AA").sale(JAN_5, "A", "60.00")
    load(write(ledger.payment(FEB_1, "A", "120.00", "AA")))
    assert open_items(entity) == {("A", Decimal(20)), ("A", Decimal(60))}


def test_a_residual_debit_uses_the_credit_carried_forward(load, write, entity):
    load(write(Ledger().opening(JAN_1, A="-100").sale(JAN_5, "A", "70.00", "AA")))
    assert open_items(entity) == {("A", Decimal(-30))}


def test_unlettered_money_stays_unapplied(load, write, entity):
    load(write(Ledger().sale(JAN_5, "A", "100.00").payment(FEB_1, "A", "30.00")))
    assert open_items(entity) == {("A", Decimal(100)), ("A", Decimal(-30))}


def test_a_customer_at_zero_has_nothing_open(load, write, entity):
    load(write(Ledger().sale(JAN_5, "A", "100.00").sale(JAN_5, "A", "20.00", "AB").payment(FEB_1, "A", "120.00", "XX")))
    assert open_items(entity) == set()


def test_what_was_settled_at_zero_stays_so_when_more_comes(load, write, entity):
    ledger = Ledger().sale(JAN_5, "A", "100.00").payment(FEB_1, "A", "100.00").sale(MARCH_1, "A", "30.00")
    load(write(ledger))
    assert open_items(entity) == {("A", Decimal(30))}


def test_the_same_file_twice_changes_nothing(load, write):
    path = write(Ledger().sale(JAN_5, "A", "120.00", "AA").payment(FEB_1, "A", "100.00", "AA"))
    load(path)
    outcome = load(path)
    assert {name: value for name, value in outcome.changes.items() if value} == {}
    assert (Movement.objects.count(), FecLine.objects.count()) == (1, 2)
    assert (Event.objects.filter(kind="facts.changed").count(), Entry.objects.count()) == (1, 1)


def test_identical_lines_are_as_many_as_the_file_has(load, write, entity):
    ledger = Ledger().sale(JAN_5, "A", "10.00", piece="F1")
    ledger.lines = ledger.lines * 2
    load(write(ledger))
    load(write(ledger))
    assert open_items(entity) == {("A", Decimal(10))}
    assert balances(entity) == {"A": Decimal(20)}


def test_a_longer_file_adds_only_what_is_new_and_letters_later(load, write, entity):
    ledger = Ledger().sale(JAN_5, "A", "120.00")
    load(write(ledger))
    ledger.lines[0]["EcritureLet"] = "AA"
    ledger.payment(FEB_1, "A", "120.00", "AA").sale(FEB_1, "A", "7.00")
    outcome = load(write(ledger, "longer.txt"))
    assert (outcome.changes["invoices_new"], outcome.changes["credits_new"]) == (1, 1)
    assert open_items(entity) == {("A", Decimal(7))}


def test_a_letter_taken_back_reopens(load, write, entity):
    ledger = Ledger().sale(JAN_5, "A", "120.00", "AA").sale(JAN_5, "A", "1.00").payment(FEB_1, "A", "120.00", "AA")
    load(write(ledger))
    for line in ledger.lines:
        line["EcritureLet"] = ""
    load(write(ledger))
    assert open_items(entity) == {("A", Decimal(120)), ("A", Decimal(1)), ("A", Decimal(-120))}


def test_until_ignores_what_is_dated_later(load, write, entity):
    path = write(Ledger().sale(JAN_5, "A", "120.00", "AA").payment(FEB_1, "A", "120.00", "AA"))
    assert load(path, until=JAN_5).open_amount == {"EUR": 120}
    assert open_items(entity) == {("A", Decimal(120))}
    load(path, until=FEB_1)
    assert open_items(entity) == set()


YEAR_1 = (
    Ledger().opening(JAN_1, A="50").sale(JAN_5, "A", "100.00").payment(FEB_1, "A", "30.00").sale(DEC_1, "B", "9.00")
)
YEAR_2 = Ledger().opening(NEXT_JAN_1, A="120", B="9").payment(NEXT_FEB_1, "A", "120.00", "Z")
TWO_YEARS = Ledger(YEAR_1.lines + YEAR_2.lines)


@pytest.mark.parametrize("files", [[YEAR_1, YEAR_2], [YEAR_2, YEAR_1], [TWO_YEARS], [YEAR_2, TWO_YEARS]])
def test_openings_of_several_exercises_count_once(load, write, entity, files):
    for index, ledger in enumerate(files):
        load(write(ledger, f"{index}.txt"))
    assert balances(entity) == {"A": Decimal(0), "B": Decimal(9)}
    assert open_items(entity) == {("B", Decimal(9))}


def test_the_figures_of_a_file_of_two_exercises_count_the_opening_once(load, write):
    assert load(write(TWO_YEARS)).open_amount == {"EUR": Decimal(9)}


def test_an_opening_that_says_more_than_what_is_known_brings_the_difference(load, write, entity):
    load(write(Ledger().sale(JAN_5, "A", "100.00")))
    load(write(Ledger().opening(NEXT_JAN_1, A="130"), "next.txt"))
    assert balances(entity) == {"A": Decimal(130)}
    load(write(Ledger().sale(JAN_5, "A", "100.00").sale(FEB_1, "A", "30.00"), "whole.txt"))
    assert balances(entity) == {"A": Decimal(130)}
    assert Invoice.objects.filter(kind="opening", open_amount__gt=0).count() == 0


def test_due_dates_are_guessed_until_terms_are_confirmed(load, write):
    path = write(Ledger().sale(JAN_5, "A", "120.00"))
    load(path)
    assert Invoice.objects.values_list("due_on", "due_on_source").get() == (date(2021, 2, 4), "guessed")
    assert load(path, terms_days=45).changes["due_dates_confirmed"] == 1
    assert Invoice.objects.values_list("due_on", "due_on_source").get() == (date(2021, 2, 19), "terms")
    assert load(path, terms_days=45).changes["due_dates_confirmed"] == 0


def test_what_a_person_allocated_is_not_taken_back(load, write, entity):
    ledger = Ledger().sale(JAN_5, "A", "100.00").sale(JAN_5, "A", "1.00")
    load(write(ledger))
    write_off_the_invoice_of_100()
    ledger.lines[0]["EcritureLet"] = "AA"
    load(write(ledger.payment(FEB_1, "A", "100.00", "AA")))
    assert open_items(entity) == {("A", Decimal(1)), ("A", Decimal(-100))}


def test_a_dry_run_tells_and_writes_nothing(load, write):
    outcome = load(write(Ledger().sale(JAN_5, "A", "120.00")), dry_run=True)
    assert outcome.changes["invoices_new"] == 1
    assert (Invoice.objects.count(), Customer.objects.count(), FecLine.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_statements_is_constant(load, write, count, django_assert_num_queries):
    ledger = Ledger()
    for index in range(count):
        ledger.sale(JAN_5, f"C{index}", "10.00", "A").payment(FEB_1, f"C{index}", "4.00", "A")
    path = write(ledger)
    with django_assert_num_queries(56):
        load(path)


def test_a_wrong_line_is_told_and_the_others_are_kept(load, write):
    ledger = Ledger().sale(JAN_5, "A", "10.00").sale(JAN_5, "B", "20.00")
    path = write(ledger)
    path.write_bytes(path.read_bytes().replace(b"20,00\t", b"vingt\t"))
    outcome = load(path)
    assert (outcome.rows_read, outcome.rows_rejected) == (6, 1)
    problem = outcome.problems[0]
    assert (problem.line, problem.column, problem.value) == (5, "Debit", "vingt")


@pytest.mark.django_db(transaction=True)
def test_nobody_takes_off_what_is_open_while_a_fec_counts_it(load, write, monkeypatch):
    """What persons did is read once, and the books' difference from it."""
    sold = Ledger().sale(JAN_5, "411A", "1000.00")
    load(write(sold))
    executed, other = fec.execute, psycopg.connect(**connection.get_connection_params())

    def while_it_counts(names, params):
        touched = executed(names, params)
        if "fec_known" in names:
            with pytest.raises(LockNotAvailable):
                other.execute("select from receivables_invoice for no key update nowait")
            other.rollback()
        return touched

    monkeypatch.setattr(fec, "execute", while_it_counts)
    with other:
        load(write(sold.payment(FEB_1, "411A", "400.00"), "next.txt"))
    assert balances(Invoice.objects.get().entity) == {"411A": Decimal(600)}


def test_an_amount_too_large_is_told_so(load, tmp_path):
    path = Shape().write(Ledger().sale(JAN_5, "A", "120.00").sale(JAN_5, "B", "7.00"), tmp_path / "fec.txt")
    path.write_bytes(path.read_bytes().replace(b"120,00", b"9999999999999999,00"))
    [problem] = load(path).problems
    assert (problem.line, problem.column, problem.reason) == (2, "Debit", TOO_LARGE)
