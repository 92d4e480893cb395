"""Lists of open items after somebody gave up what an invoice owes, and claiming it again."""

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
from crm.receivables.exceptions import LedgerRefusal, NoLongerInBooks
from crm.receivables.models import Invoice, Movement, MovementKind
from crm.receivables.operations import undo_write_off, write_off
from tests.crm.imports.conftest import AT
from tests.factories.accounts import EntityFactory

HEADER = "Code client;Nom;Facture;Date facture;Échéance;Montant TTC;Reste à payer\n"
OTHER = "B;Bêta;F2;20/02/2026;22/03/2026;80,00;80,00\n"
DAY = date(2026, 3, 2)


@pytest.fixture
def say(load, tmp_path):
    """say(40): a complete list comes in that shows 40 of 100 open; None: it no longer names the invoice."""

    def run(still_open, mode="snapshot"):
        path = tmp_path / "items.csv"
        path.write_text(the_list(still_open))
        return load(path, mode=mode, closing_confirmed=True)

    return run


def the_list(still_open):
    row = "" if still_open is None else f"A;Alpha;F1;01/02/2026;03/03/2026;100,00;{still_open},00\n"
    return HEADER + row + OTHER


def invoice():
    return Invoice.objects.get(number="F1")


def give_up(amount):
    return write_off(invoice(), amount=amount and Decimal(amount), on=DAY, reason="geste", at=AT)


def claim_again(movement):
    return undo_write_off(movement, on=DAY, at=AT)


@pytest.mark.parametrize("mode", ["snapshot", "delta"])
def test_what_was_given_up_stays_so_when_the_same_list_comes_again(say, mode):
    say(100)
    give_up(100)
    assert say(100, mode).changes["movements_up"] == 0
    assert (invoice().open_amount, Movement.objects.count()) == (0, 1)


def test_what_the_books_no_longer_show_is_not_claimed_again(say):
    say(100)
    given_up = give_up(100)
    say(100)
    say(None)
    with pytest.raises(NoLongerInBooks):
        claim_again(given_up)
    assert invoice().open_amount == 0


@pytest.mark.parametrize(("shown", "open_amount"), [(100, 70), (40, 10), (20, 0)])
def test_what_is_paid_in_the_books_comes_off_what_is_left(say, shown, open_amount):
    say(100)
    give_up(30)
    say(shown)
    assert invoice().open_amount == open_amount


def test_what_the_books_gave_up_too_is_not_given_up_twice(say):
    say(100)
    given_up = give_up(30)
    say(70)
    say(50)
    assert invoice().open_amount == 50
    with pytest.raises(NoLongerInBooks):
        claim_again(given_up)


def test_it_is_claimed_again_as_far_as_the_books_show_it(say):
    say(100)
    given_up = give_up(100)
    say(40)
    claim_again(given_up)
    assert (invoice().open_amount, invoice().settled_on) == (40, None)
    say(40)
    assert invoice().open_amount == 40


def test_what_no_list_spoke_of_since_is_claimed_again_whole(say):
    say(100)
    claim_again(give_up(100))
    assert invoice().open_amount == 100


def test_an_import_undone_says_nothing_of_the_books_any_more(say):
    say(100)
    given_up = give_up(100)
    say(None)
    undo(Batch.objects.latest("pk"), by=None, at=AT)
    claim_again(given_up)
    assert invoice().open_amount == 100


STEP = st.sampled_from(["give_up", "claim", "pay", "book", "complete", "changes"])


class AnySequence(TestCase):
    @settings(max_examples=25)
    @given(steps=st.lists(st.tuples(STEP, st.integers(1, 100)), min_size=3, max_size=8))
    def test_nothing_given_up_and_nothing_paid_is_claimed(self, steps):
        """The books show `self.shown` open: 100 less what was paid and what they gave up too."""
        self.entity, self.shown, self.booked = EntityFactory(), 100, 0
        self.list_comes_in("complete")
        for verb, amount in steps:
            try:
                self.do(verb, amount)
            except LedgerRefusal:
                continue
        assert differences() == []

    def do(self, verb, amount):
        match verb:
            case "give_up":
                give_up(amount)
            case "claim":
                if standing := self.standing():
                    claim_again(standing[amount % len(standing)])
                    assert invoice().open_amount <= self.listed
            case "pay":
                self.shown -= min(amount, self.shown)
            case "book":
                more = min(self.given_up() - self.booked, self.shown)
                self.shown, self.booked = self.shown - max(0, more), max(self.booked, self.booked + more)
            case _:
                self.list_comes_in(verb)
                self.check(verb)

    def list_comes_in(self, mode):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "items.csv"
            path.write_text(the_list(self.shown or None))
            options = Options(mode="snapshot" if mode == "complete" else "delta", closing_confirmed=True)
            import_file(path, entity=self.entity, options=options, by=None, at=AT)
        if self.shown or mode == "complete":
            self.listed = self.shown

    def check(self, mode):
        once, moves = invoice().open_amount, Movement.objects.count()
        if self.shown or mode == "complete":
            assert once <= self.shown
        assert once <= 100 - self.given_up()
        if not self.given_up() and self.shown:
            assert once == self.shown
        self.list_comes_in(mode)
        assert (invoice().open_amount, Movement.objects.count()) == (once, moves)

    def standing(self):
        undone = Movement.objects.filter(undoes__isnull=False).values("undoes")
        return list(Movement.objects.filter(kind=MovementKind.WRITTEN_OFF).exclude(pk__in=undone).order_by("pk"))

    def given_up(self):
        return -sum((movement.amount for movement in self.standing()), Decimal(0))
