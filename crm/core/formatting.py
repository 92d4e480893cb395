"""Amounts, dates and numbers as a reader of a language expects them."""

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal


def money(amount: Decimal, currency: str, language: str) -> str:
    """`1 234,50 €` in French, `€1,234.50` in English; the decimals are those of the currency."""
    return format_currency(amount, currency, locale=language.replace("-", "_"))


def day(on: date, language: str) -> str:
    """`31 janv. 2026` in French, `Jan 31, 2026` in English."""
    return format_date(on, "medium", locale=language.replace("-", "_"))


def number(value: Decimal | int | float, language: str) -> str:
    """A plain number with the separators of the language."""
    return format_decimal(value, locale=language.replace("-", "_"))
