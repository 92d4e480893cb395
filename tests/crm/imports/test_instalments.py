"""Which instalments of a known invoice a row of the API speaks of."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from crm.imports.feeds.instalments import Part, placed
from crm.receivables.models import Invoice

JANUARY = date(2026, 1, 1)
DEBTS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 3)), min_size=1, max_size=6)


def known(*parts):
    """Instalments numbered in the order of their dates, as the first row that told them had them: (day, amount)."""
    return {
        number: Invoice(pk=number, installment=number, due_on=after(day), amount=amount)
        for number, (day, amount) in enumerate(sorted(parts), start=1)
    }


def after(days):
    return JANUARY + timedelta(days=days)


def told(*parts):
    return {"installments": [{"due_on": after(day), "amount": amount} for day, amount in parts]}


def found(row, debts):
    """(day, amount) of each instalment by its number."""
    places = placed(row, known(*debts))
    return places and {number: ((part.due_on - JANUARY).days, part.amount) for number, part in sorted(places.items())}


@pytest.mark.parametrize(
    ("debts", "row", "expected"),
    [
        ([(30, 5), (60, 7)], [(240, 5), (60, 7)], {1: (240, 5), 2: (60, 7)}),
        ([(30, 5), (60, 5)], [(240, 5), (60, 5)], {1: (240, 5), 2: (60, 5)}),
        ([(30, 5), (60, 5)], [(90, 5), (240, 5)], {1: (90, 5), 2: (240, 5)}),
        ([(30, 5), (60, 7)], [(60, 5), (30, 7)], {1: (60, 5), 2: (30, 7)}),
        ([(30, 5), (60, 7)], [(30, 5)], None),
        ([(30, 5), (60, 7)], [(30, 5), (60, 8)], None),
        ([(30, 5), (60, 7)], [(30, 5), (60, 7), (90, 5)], None),
    ],
)
def test_a_part_put_off_stays_itself(debts, row, expected):
    assert found(told(*row), debts) == expected


@given(debts=DEBTS, moved=st.sets(st.integers(1, 6)), shuffled=st.randoms())
def test_what_does_not_move_stays_where_it_was_and_amounts_never_change(debts, moved, shuffled):
    before = {number: ((each.due_on - JANUARY).days, each.amount) for number, each in known(*debts).items()}
    after_it = {number: (day + 100 if number in moved else day, owed) for number, (day, owed) in before.items()}
    row = list(after_it.values())
    shuffled.shuffle(row)
    places = found(told(*row), debts)
    assert {number: owed for number, (_, owed) in places.items()} == {n: owed for n, (_, owed) in before.items()}
    assert sorted(places.values()) == sorted(row)
    # Of two of one date and amount either may be the one that moved.
    twins = [part for part in before.values() if list(before.values()).count(part) > 1]
    still = {number: part for number, part in before.items() if number not in moved and part not in twins}
    assert {number: places[number] for number in still} == still


@given(debts=DEBTS, days=st.lists(st.integers(0, 300), min_size=6, max_size=6), shuffled=st.randoms())
def test_a_number_says_which_it_is(debts, days, shuffled):
    rows = known(*debts)
    parts = [
        {"installment": number, "due_on": after(day), "amount": each.amount}
        for day, (number, each) in zip(days, rows.items(), strict=False)
    ]
    shuffled.shuffle(parts)
    expected = {part["installment"]: Part(**part) for part in parts}
    assert placed({"installments": parts}, rows) == expected


@pytest.mark.parametrize(
    "numbers", [(2, 1), (1, None), (None, 2)], ids=["crossed", "the first is said", "the second is said"]
)
def test_a_number_of_another_amount_is_none_of_them(numbers):
    row = told((30, 5), (60, 7))
    for part, number in zip(row["installments"], numbers, strict=True):
        part |= {"installment": number} if number else {}
    assert (placed(row, known((30, 5), (60, 7))) is None) == (numbers == (2, 1))
