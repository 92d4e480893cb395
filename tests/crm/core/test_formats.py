from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from crm.core import formats


@pytest.mark.parametrize(("language", "expected"), [("fr", "1\xa0234,50\xa0€"), ("en", "€1,234.50")])
def test_an_amount_is_written_as_the_reader_writes_it(language: str, expected: str):
    with translation.override(language):
        assert formats.money(Decimal("1234.5"), "EUR") == expected


def test_each_currency_has_its_decimals():
    with translation.override("fr"):
        assert [formats.money(Decimal(12), currency) for currency in ("XOF", "TND")] == [
            "12\xa0F\xa0CFA",
            "12,000\xa0TND",
        ]


@pytest.mark.parametrize(
    ("amount", "expected"), [("999.4", "999\xa0€"), ("18420", "18\xa0k\xa0€"), ("1840000", "1,84\xa0M\xa0€")]
)
def test_a_headline_is_short(amount: str, expected: str):
    with translation.override("fr"):
        assert formats.short_money(Decimal(amount), "EUR") == expected


def test_a_day_has_its_year():
    with translation.override("fr"):
        assert formats.day(date(2026, 7, 3)) == "03/07/2026"


def test_a_share_is_a_percentage():
    with translation.override("fr"):
        assert formats.percent(Decimal("0.384")) == "38\xa0%"
