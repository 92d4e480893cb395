"""Amounts and dates as the recipient reads them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.numbers import format_decimal

from collections_app.letters.labels import label, locale_of
from crm.core.formats import written_day, written_money


@dataclass(frozen=True)
class Writer:
    """Writes for one language and currency."""

    language: str
    currency: str

    def money(self, amount: Decimal) -> str:
        """«1 234,50 €»."""
        return written_money(amount, self.currency, locale_of(self.language))

    def day(self, on: date) -> str:
        """«03/02/2026», for tables."""
        return on.strftime("%d/%m/%Y")

    def long_day(self, on: date) -> str:
        """«3 février 2026»."""
        return written_day(on, "long", locale_of(self.language))

    def percent(self, rate: Decimal) -> str:
        """«12,15 %»."""
        space = "\u00a0" if self.language == "fr" else ""
        return f"{format_decimal(rate, locale=locale_of(self.language))}{space}%"

    def words(self, key: str, **values: object) -> str:
        """Words of the composition in the language."""
        return label(self.language, key, **values)


def iban_groups(iban: str) -> str:
    """An IBAN in groups of four, as it is printed."""
    compact = "".join(iban.split())
    return " ".join(compact[at : at + 4] for at in range(0, len(compact), 4))
