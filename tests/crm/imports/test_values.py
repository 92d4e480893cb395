from datetime import date
from decimal import Decimal

import pytest

from crm.core.amounts import BadValue, TooLarge, amount_of
from crm.imports.formats.cells import currency_of
from crm.imports.formats.values import date_of
from crm.imports.mapping import ColumnMap


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("", "0"), ("12", "12"), ("1234,56", "1234.56"), ("1234.56", "1234.56"), ("1 234,56", "1234.56"),
        ("1\u202f234,56 €", "1234.56"), ("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("1.234.567", "1234567"),
        ("-12,3", "-12.3"), ("12,3-", "-12.3"), ("(12,3)", "-12.3"), ("+5", "5"), ("EUR 7", "7"), ("−4", "-4"),
    ],
)  # fmt: skip
def test_amounts(text, amount):
    assert amount_of(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["abc", "1,2,3", "1.23.456,7", "NaN", "12 pièces", "--5", "73282932000074"])
def test_what_is_no_amount(text):
    with pytest.raises(BadValue):
        amount_of(text)


@pytest.mark.parametrize("text", ["9999999999999999,00", "-10 000 000 000 000", "73282932000074", "1e20"])
def test_an_amount_that_is_one_is_too_large(text):
    with pytest.raises(TooLarge):
        amount_of(text)


@pytest.mark.parametrize(("text", "year"), [("15/03/99", 1999), ("15 mars 70", 1970), ("15/03/69", 2069)])
def test_a_year_of_two_digits_is_one_a_book_may_be_of(text, year):
    assert date_of(text) == date(year, 3, 15)


def test_a_known_mark_settles_the_thousands():
    assert amount_of("1.234", ",") == 1234
    assert amount_of("1,234", ".") == 1234


@pytest.mark.parametrize(
    "text",
    [
        "20200403", "2020-04-03", "2020/4/3", "03-04-2020", "3/4/20", "03.04.2020", "03042020", "3 avr. 2020",
        "3 April 2020", "2020-04-03T10:00:00", "03/04/2020 00:00", "43924",
    ],
)  # fmt: skip
def test_dates(text):
    assert date_of(text) == date(2020, 4, 3)


@pytest.mark.parametrize("text", ["€", "euro", "Euros", "EUR", ""])
def test_euros_by_any_name(text):
    columns = ColumnMap("open_items", {}, [])
    assert currency_of(text, columns, "EUR") == "EUR"
    assert currency_of(text, columns, "USD") == ("EUR" if text else "USD")


def test_month_first():
    assert date_of("04/03/2020", "mdy") == date(2020, 4, 3)


@pytest.mark.parametrize("text", ["", "0", "20201301", "31-02-2020", "soon", "2020", "00000000"])
def test_what_is_no_date(text):
    with pytest.raises(BadValue):
        date_of(text)
