from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from babel import Locale
from babel.numbers import format_currency, get_currency_precision, list_currencies
from django.utils import translation
from hypothesis import given, strategies as st

from crm.core import formats
from crm.core.currencies import decimals


@pytest.mark.parametrize(("language", "expected"), [("fr", "1\xa0234,50\xa0€"), ("en", "€1,234.50")])
def test_an_amount_is_written_as_the_reader_writes_it(language: str, expected: str):
    with translation.override(language):
        assert formats.money(Decimal("1234.5"), "EUR") == expected


AMOUNTS = st.decimals(-(10**14), 10**14, places=3, allow_nan=False)


@given(
    amount=AMOUNTS,
    currency=st.sampled_from(sorted(c for c in list_currencies() if get_currency_precision(c) == decimals(c))),
    language=st.sampled_from(["fr", "en", "de-CH", "es", "ar", "hi", "pl"]),
)
def test_amounts_are_written_as_cldr_says(amount: Decimal, currency: str, language: str):
    with translation.override(language):
        locale = Locale.parse("en-GB" if language == "en" else language, sep="-")
        expected = format_currency(amount, currency, locale=locale).replace("\u202f", "\xa0")
        assert formats.money(amount, currency) == formats.GLUED.sub("\xa0", expected)


@pytest.mark.parametrize(
    ("currency", "expected"),
    [
        ("XOF", "F\xa0CFA\xa012"),
        ("TND", "TND\xa012.000"),
        ("CHF", "CHF\xa012.00"),
        ("USD", "US$12.00"),
        ("EUR", "€12.00"),
    ],
)
def test_letters_of_a_currency_do_not_touch_the_digits(currency: str, expected: str):
    with translation.override("en"):
        assert formats.money(Decimal(12), currency) == expected


def test_each_currency_has_its_decimals():
    with translation.override("fr"):
        assert [formats.money(Decimal(12), currency) for currency in ("XOF", "TND")] == [
            "12\xa0F\xa0CFA",
            "12,000\xa0TND",
        ]


@pytest.mark.parametrize("currency", ["RSD", "ALL", "MGA", "LBP", "AFN", "MMK", "LAK", "SYP", "YER", "SOS", "IRR"])
def test_no_amount_of_the_books_is_rounded(currency: str):
    """CLDR writes them without the decimals the ledger keeps."""
    with translation.override("fr"):
        assert formats.money(Decimal("1234.56"), currency).startswith("1\xa0234,56\xa0")
    assert formats.in_spreadsheets(currency) == "#,##0.00"


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("999.4", "999\xa0€"),
        ("1500", "1,5\xa0k\xa0€"),
        ("-2549.99", "-2,55\xa0k\xa0€"),
        ("18420", "18,4\xa0k\xa0€"),
        ("184200", "184\xa0k\xa0€"),
        ("999960", "1\xa0M\xa0€"),
        ("1840000", "1,84\xa0M\xa0€"),
        ("18420000", "18,4\xa0M\xa0€"),
    ],
)
def test_a_headline_is_short(amount: str, expected: str):
    with translation.override("fr"):
        assert formats.short_money(Decimal(amount), "EUR") == expected


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [("0", "CHF", "CHF\xa00"), ("0", "USD", "US$0"), ("-999.4", "EUR", "-€999"), ("5000", "CHF", "CHF\xa05K")],
)
def test_a_short_headline_has_its_currency_where_a_long_one_has_it(amount: str, currency: str, expected: str):
    with translation.override("en"):
        assert formats.short_money(Decimal(amount), currency) == expected


def test_a_day_has_its_year():
    with translation.override("fr"):
        assert formats.day(date(2026, 7, 3)) == "03/07/2026"


def test_a_share_is_a_percentage():
    with translation.override("fr"):
        assert formats.percent(Decimal("0.384")) == "38\xa0%"


def test_languages_and_countries_have_names():
    with translation.override("fr"):
        assert (formats.language_name("en"), formats.country_name("CH")) == ("anglais", "Suisse")


def test_a_telephone_number_is_grouped():
    assert formats.telephone("+33465712842") == "+33\xa04\xa065\xa071\xa028\xa042"
    assert formats.telephone("poste 12") == "poste 12"


@pytest.mark.parametrize(("seconds", "expected"), [(0.123, "123\xa0ms"), (4.21, "4,2\xa0s"), (185, "3\xa0min 5\xa0s")])
def test_a_duration_has_its_unit(seconds: float, expected: str):
    with translation.override("fr"):
        assert formats.duration(timedelta(seconds=seconds)) == expected


@pytest.mark.parametrize(
    ("on", "form", "locale", "text"),
    [
        (date(2026, 2, 1), "long", "fr", "1er février 2026"),
        (date(2026, 12, 1), "full", "fr", "mardi 1er décembre 2026"),
        (date(2026, 2, 1), "medium", "fr", "1er févr. 2026"),
        (date(2026, 2, 1), "short", "fr", "01/02/2026"),
        (date(2026, 2, 11), "long", "fr", "11 février 2026"),
        (date(2026, 2, 1), "long", "en_GB", "1 February 2026"),
        (datetime(2026, 12, 1, 9, 1, tzinfo=UTC), "EEEE d MMMM, HH:mm", "fr", "mardi 1er décembre, 09:01"),
    ],
)
def test_the_first_of_a_month_as_french_writes_it(on, form, locale, text):
    assert formats.written_day(on, form, locale) == text
