"""A list of open items reads what was moved here of what it is about, not all that ever was."""

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from crm.core.sql import statement
from crm.imports.models import Batch
from crm.imports.operations import import_file, open_items, undo as undoing
from crm.imports.operations.undo import undo
from crm.imports.outcome import Options
from crm.receivables.models import Credit, Invoice
from crm.receivables.operations import allocate, write_off
from tests.crm.imports.conftest import AT
from tests.plans import rows_compared

HEADER = "Code client;Facture;Date facture;Échéance;Montant TTC;Reste à payer\n"
DAY = date(2026, 3, 2)


@pytest.fixture
def say(entity, tmp_path):
    """say(["F1"], days=3): a complete list comes in three days later that shows 100 open on invoice F1 only."""

    def run(numbers, *, days=0, wrong="", mode="snapshot"):
        path = tmp_path / "items.csv"
        path.write_text(HEADER + "".join(map(row, ["Z", *numbers])) + wrong)
        options = Options(mode=mode, closing_confirmed=True)
        return import_file(path, entity=entity, options=options, by=None, at=AT + timedelta(days=days))

    return run


def row(number):
    sign = "-" if number.startswith("P") else ""
    return f"A;{number};01/02/2026;03/03/2026;{sign}100,00;{sign}100,00\n"


def apply(numbers, *, days=0):
    """One payment P… to one invoice F…."""
    for invoice in Invoice.objects.filter(number__in=numbers):
        credit = Credit.objects.get(number=invoice.number.replace("F", "P"))
        allocate(invoice, credit, on=DAY, at=AT + timedelta(days=days))


@contextmanager
def counted(monkeypatch):
    """The rows the statement reads when a list comes in; through its indexes, as in a ledger that is not small."""
    found, real = [], open_items.execute

    def count(names, params):
        if names.startswith("items_moved_here"):
            with connection.cursor() as cursor:
                for way in ("seqscan", "hashjoin", "mergejoin"):
                    cursor.execute(f"set local enable_{way} = off")
                cursor.execute("analyze receivables_invoice, receivables_credit, receivables_movement")
                found.append(rows_compared(statement("crm.imports", "items_moved_here"), params))
                cursor.execute("drop table item_moved_here")
        return real(names, params)

    with monkeypatch.context() as patched:
        patched.setattr(open_items, "execute", count)
        yield found


def names(first, last):
    return [f"{letter}{number}" for number in range(first, last) for letter in "FP"]


@pytest.mark.parametrize("mode", ["snapshot", "delta"])
def test_what_was_applied_before_the_last_list_is_not_read_again(say, mode, monkeypatch):
    reads = []
    for days, some in ((0, names(0, 1)), (20, names(1, 101))):
        say(some, days=days)
        apply(some, days=days)
        say([], days=days + 5)
        with counted(monkeypatch) as found:
            say([], days=days + 10, mode=mode)
        reads += found
    # The lists themselves are looked at, and of a hundred payments and invoices hardly anything (all: 6,000 rows).
    assert reads[1] - reads[0] < 1_000


def test_what_was_applied_since_is_read_once(say, monkeypatch):
    say(names(0, 20))
    apply(names(0, 20))
    with counted(monkeypatch) as first:
        say([], days=5)
    with counted(monkeypatch) as second:
        say([], days=10)
    assert first[0] > 10 * second[0]
    assert set(Invoice.objects.exclude(number="Z").values_list("books_amount", flat=True)) == {0}


WRONG = "A;F0;01/02/2026;03/03/2026;cent;100,00\n"


def test_a_list_with_a_row_refused_told_nothing_of_that_row(say):
    say(["F0"])
    write_off(Invoice.objects.get(number="F0"), on=DAY, reason="geste", at=AT)
    told = []
    for wrong in (WRONG, ""):
        say([], days=5, wrong=wrong)
        told.append(Invoice.objects.get(number="F0").books_amount)
    assert told == [None, 0]


def test_after_a_list_was_undone_the_next_one_tells_all_again(say, entity):
    say(["F0"])
    write_off(Invoice.objects.get(number="F0"), on=DAY, reason="geste", at=AT)
    say([], days=5)
    undo(Batch.objects.latest("pk"), by=None, at=AT + timedelta(days=6))
    assert Invoice.objects.get(number="F0").books_amount is None
    say([], days=10)
    assert Invoice.objects.get(number="F0").books_amount == 0


def movements_read(node):
    """Rows of movements all steps of a plan read."""
    own = node["Actual Rows"] * node["Actual Loops"] if node.get("Relation Name") == "receivables_movement" else 0
    return own + sum(map(movements_read, node.get("Plans", ())))


def test_what_was_moved_of_other_lists_is_not_read_when_one_is_undone(say, monkeypatch):
    say(names(1, 101))
    apply(names(1, 101))
    Batch.objects.update(source="other")
    say(names(0, 1))
    apply(names(0, 1))
    say([], days=5)
    found, real = [], undoing.execute

    def count(names, params):
        if "undo_books" in names:
            with connection.cursor() as cursor, transaction.atomic():
                cursor.execute("set local enable_seqscan = off")
                cursor.execute("analyze receivables_invoice, receivables_credit, receivables_movement")
                cursor.execute(f"explain (analyze, format json) {statement('crm.imports', 'undo_books')}", params)
                found.append(movements_read(cursor.fetchone()[0][0]["Plan"]))
                transaction.set_rollback(True)
        return real(names, params)

    monkeypatch.setattr(undoing, "execute", count)
    undo(Batch.objects.latest("pk"), by=None, at=AT + timedelta(days=6))
    assert found[0] < 20
    assert Invoice.objects.get(number="F0").books_amount is None
