"""Lists of open items after somebody applied or gave back money: it stays so until the books show it."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.django import TestCase

from crm.imports.models import Batch
from crm.imports.operations import import_file
from crm.imports.operations.undo import undo
from crm.imports.outcome import Options
from crm.receivables.checking import differences
from crm.receivables.exceptions import LedgerRefusal
from crm.receivables.models import Credit, Invoice
from crm.receivables.operations import allocate, record_payment, refund, undo_allocation, write_off
from tests.crm.imports.conftest import AT
from tests.factories.accounts import EntityFactory

HEADER = "Code client;Facture;Date facture;Échéance;Montant TTC;Reste à payer\n"
DAY = date(2026, 3, 2)
MODES = pytest.mark.parametrize("mode", ["snapshot", "delta"])


@pytest.fixture
def say(load, tmp_path):
    """say(F1=100, P=40): a list comes in that shows 100 open on invoice F1 and 40 of payment P unapplied."""

    def run(mode="snapshot", **still_open):
        path = tmp_path / "items.csv"
        path.write_text(the_list(still_open))
        return load(path, mode=mode, closing_confirmed=True)

    return run


def the_list(still_open):
    return HEADER + "".join(row(name, amount) for name, amount in {"Z": 1, **still_open}.items() if amount)


def row(name, amount):
    sign = "-" if name.startswith("P") else ""
    return f"A;{name};01/02/2026;03/03/2026;{sign}100,00;{sign}{amount},00\n"


def invoice(number="F1"):
    return Invoice.objects.get(number=number)


def credit(number="P"):
    return Credit.objects.get(number=number)


def left():
    """What is open, invoices and credits, of what was ever listed."""
    found = [*Invoice.objects.exclude(number="Z"), *Credit.objects.all()]
    return {item.number: int(item.open_amount) for item in found}


def apply(number="F1", amount=None):
    return allocate(invoice(number), credit(), amount=amount and Decimal(amount), on=DAY, at=AT)


def give_back(amount):
    return refund(credit(), amount=Decimal(amount), on=DAY, reason="trop perçu", at=AT)


def pay(amount):
    """A payment no list holds."""
    given = {"external_id": "P", "number": "P", "received_on": DAY, "amount": Decimal(amount), "currency": "EUR"}
    return record_payment(invoice().customer, **given, at=AT)


class TestApplied:
    @MODES
    def test_it_stays_so_when_the_same_list_comes_again(self, say, mode):
        say(F1=100, P=100)
        apply()
        for _ in range(2):
            assert say(mode, F1=100, P=100).changes["movements_up"] == 0
            assert left() == {"F1": 0, "P": 0}

    @MODES
    def test_a_payment_no_list_holds_stays_applied(self, say, mode):
        say(F1=100)
        pay(30)
        apply()
        for _ in range(2):
            say(mode, F1=100)
            assert left() == {"F1": 70, "P": 0}

    def test_what_the_books_applied_too_and_undid_is_open_again(self, say):
        say(F1=100, P=100)
        apply()
        say()
        assert left() == {"F1": 0, "P": 0}
        say(F1=100, P=100)
        assert left() == {"F1": 100, "P": 100}

    def test_a_payment_the_books_used_for_something_else_is_not_applied(self, say):
        say(F1=100, P=100)
        apply()
        say(F1=100)
        assert left() == {"F1": 100, "P": 0}

    def test_one_they_used_in_part_stays_where_it_was_applied_last(self, say):
        say(F1=100, F2=100, P=100)
        apply("F1", 40)
        apply("F2", 60)
        say(F1=100, F2=100, P=60)
        assert left() == {"F1": 100, "F2": 40, "P": 0}

    def test_a_payment_of_what_was_paid_otherwise_is_unapplied(self, say):
        say(F1=100, P=100)
        apply()
        say(P=100)
        assert left() == {"F1": 0, "P": 100}

    @pytest.mark.parametrize("listed", [{"F1": 60, "F2": 100, "P": 60}, {"F1": 100, "F2": 40, "P": 40}])
    def test_the_books_know_of_one_of_two(self, say, listed):
        say(F1=100, F2=100, P=100)
        apply("F1", 40)
        apply("F2", 60)
        say(**listed)
        assert left() == {"F1": 60, "F2": 40, "P": 0}

    def test_the_books_know_of_the_first_part_and_of_nothing_given_back(self, say):
        say(F1=100, P=100)
        apply(amount=40)
        apply(amount=20)
        give_back(30)
        say(F1=60, P=60)
        assert left() == {"F1": 40, "P": 10}

    def test_what_is_paid_in_the_books_comes_off_what_is_left(self, say):
        say(F1=100, P=100)
        apply(amount=70)
        say(F1=80, P=100)
        assert left() == {"F1": 10, "P": 30}

    def test_less_open_in_the_books_than_here_is_what_they_know(self, say):
        """They applied it too, and more was paid: 10 is left, not nothing."""
        say(F1=100)
        pay(80)
        apply()
        for _ in range(2):
            say(F1=10)
            assert left() == {"F1": 10, "P": 0}

    def test_a_payment_that_failed_after_the_books_had_it_is_claimed(self, say):
        say(F1=100)
        pay(30)
        apply()
        say(F1=70)
        say(F1=100)
        assert left() == {"F1": 100, "P": 0}

    def test_what_was_taken_back_is_what_the_list_says(self, say):
        say(F1=100, P=100)
        undo_allocation(apply(), on=DAY, at=AT)
        say(F1=100, P=100)
        assert left() == {"F1": 100, "P": 100}

    def test_what_was_taken_back_counts_no_more(self, say):
        say(F1=100)
        pay(40)
        undo_allocation(apply(), on=DAY, at=AT)
        write_off(invoice(), amount=Decimal(30), on=DAY, reason="geste", at=AT)
        say(F1=100)
        assert left() == {"F1": 70, "P": 40}

    def test_with_a_write_off(self, say):
        say(F1=100, P=100)
        apply(amount=60)
        write_off(invoice(), amount=Decimal(30), on=DAY, reason="geste", at=AT)
        say(F1=100, P=100)
        assert left() == {"F1": 10, "P": 40}
        say(F1=40, P=40)
        assert left() == {"F1": 10, "P": 40}

    def test_an_import_undone_says_nothing_of_the_books_any_more(self, say):
        say(F1=100, P=100)
        apply()
        say()
        undo(Batch.objects.latest("pk"), by=None, at=AT)
        say(F1=100, P=100)
        assert left() == {"F1": 0, "P": 0}

    @MODES
    def test_what_a_list_of_payments_applied_stays_so(self, load, say, tmp_path, mode):
        say(F1=100)
        path = tmp_path / "payments.csv"
        path.write_text("client;date règlement;montant;facture\nA;01/03/2026;30,00;F1\n")
        assert load(path).changes["allocated"] == 1
        say(mode, F1=100)
        assert invoice().open_amount == 70


class TestGivenBack:
    @MODES
    def test_it_stays_so_when_the_same_list_comes_again(self, say, mode):
        say(P=100)
        give_back(40)
        for _ in range(2):
            assert say(mode, P=100).changes["movements_up"] == 0
            assert left() == {"P": 60}

    @pytest.mark.parametrize(("listed", "unapplied"), [(90, 50), (60, 60), (50, 50), (0, 0)])
    def test_what_the_books_applied_comes_off_what_is_left(self, say, listed, unapplied):
        say(P=100)
        give_back(40)
        say(P=listed)
        assert left() == {"P": unapplied}

    @pytest.mark.parametrize(("listed", "expected"), [
        ({"F1": 100, "P": 60}, {"F1": 70, "P": 30}),  # they know of what was given back
        ({"F1": 70, "P": 70}, {"F1": 70, "P": 30}),  # of what was applied
    ])  # fmt: skip
    def test_the_books_know_of_one_of_both(self, say, listed, expected):
        say(F1=100, P=100)
        apply(amount=30)
        give_back(40)
        say(**listed)
        assert left() == expected

    def test_what_failed_after_the_books_had_it_is_there_again(self, say):
        say(P=100)
        give_back(40)
        say(P=60)
        say(P=100)
        assert left() == {"P": 100}


STEP = st.sampled_from(["apply F1", "apply F2", "refund", "book", "pay F1", "pay F2", "complete", "changes"])


class AnySequence(TestCase):
    @settings(max_examples=40)
    @given(steps=st.lists(st.tuples(STEP, st.integers(1, 100)), min_size=3, max_size=10))
    def test_here_and_the_books_meet(self, steps):
        """`self.books` is what the books show; `self.ahead`, what was moved here that they do not know of."""
        self.entity, self.books, self.ahead = EntityFactory(), {"F1": 100, "F2": 100, "P": 100}, []
        self.list_comes_in("complete")
        for verb, amount in steps:
            self.do(verb, amount)
        while self.ahead:
            self.book(0)
        self.list_comes_in("complete")
        assert (left(), differences()) == (self.books, [])

    def do(self, verb, amount):
        match verb.split():
            case ["apply", number]:
                self.move(lambda: apply(number, amount), (number, "P"), amount)
            case ["refund"]:
                self.move(lambda: give_back(amount), ("P",), amount)
            case ["book"] if self.ahead:
                self.book(amount % len(self.ahead))
            case ["pay", number]:
                # No more than leaves room for what was moved here.
                self.books[number] -= min(amount, self.books[number] - self.ahead_of(number))
            case [mode] if mode in ("complete", "changes"):
                self.list_comes_in(mode)
                once = left()
                self.list_comes_in(mode)
                assert (left(), differences()) == (once, [])

    def move(self, verb, names, amount):
        if any(self.books[name] - self.ahead_of(name) < amount for name in names):
            return
        try:
            verb()
        except LedgerRefusal:
            return
        self.ahead.append((names, amount))

    def ahead_of(self, name):
        return sum(amount for names, amount in self.ahead if name in names)

    def book(self, place):
        names, amount = self.ahead.pop(place)
        for name in names:
            self.books[name] -= amount

    def list_comes_in(self, mode):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "items.csv"
            path.write_text(the_list(self.books))
            options = Options(mode="snapshot" if mode == "complete" else "delta", closing_confirmed=True)
            import_file(path, entity=self.entity, options=options, by=None, at=AT)
