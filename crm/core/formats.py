"""Amounts and dates as the reader writes them. Babel knows the spaces and signs of each locale (CLDR)."""

import re
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

import phonenumbers
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import (
    format_compact_currency,
    format_decimal,
    format_percent,
    get_decimal_symbol,
    get_group_symbol,
)
from django.utils import timezone, translation

from crm.core.currencies import decimals

FALLBACK = "fr"
# Beyond it a counter says "> 10 000": exact figures of larger sets are the dashboards' business.
COUNTED = 10_000
# CLDR groups French thousands with a narrow space, too thin to be seen in Inter at the size of a table.
NARROW, WIDE = "\u202f", "\u00a0"
# CLDR keeps a currency written in letters away from the digits (its currencySpacing), which Babel does not read.
GLUED = re.compile(r"(?<=[^\W\d_])(?=\d)")
# CLDR writes «1 février», French writes «1er février»; a day in digits (01/02/2026) stays.
FIRST_OF_MONTH = re.compile(r"\b1(?=\s[^\W\d])")


@lru_cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(FALLBACK)


def reader() -> Locale:
    """The locale of the active language. English means British English: days stand before months in Europe."""
    language = translation.get_language() or FALLBACK
    return _locale("en-GB" if language == "en" else language)


def decimal_mark() -> str:
    """The sign before decimals in the language of the page."""
    return str(get_decimal_symbol(reader()))


@dataclass(frozen=True)
class _Frame:
    """How one locale writes one currency, learnt from Babel once: Babel itself reads the pattern again for each amount,
    and a list has hundreds."""

    positive: tuple[str, str]
    negative: tuple[str, str]
    decimals: int
    marks: dict[int, str]

    def write(self, amount: Decimal) -> str:
        before, after = self.negative if amount.is_signed() else self.positive
        return f"{before}{f'{abs(amount):,.{self.decimals}f}'.translate(self.marks)}{after}"


@lru_cache(maxsize=1000)
def _frame(locale: Locale | str, currency: str) -> _Frame | None:
    """None where digits are not grouped by three."""
    locale = Locale.parse(locale)
    if locale.currency_formats["standard"].grouping != (3, 3):
        return None
    digits = decimals(currency)
    point, group = get_decimal_symbol(locale), get_group_symbol(locale)
    one = f"{Decimal(1):.{digits}f}".replace(".", point)
    around = [_babel_money(Decimal(sign), currency, locale).partition(one) for sign in (1, -1)]
    positive, negative = ((before, after) for before, _one, after in around)
    return _Frame(positive, negative, digits, {ord(","): group, ord("."): point})


def _apart(written: str) -> str:
    """An amount whose currency does not touch the digits."""
    return GLUED.sub(WIDE, written)


def _babel_money(amount: Decimal, currency: str, locale: Locale | str) -> str:
    """With all the decimals the books keep of a currency: those of CLDR are of shops, with fewer coins."""
    locale = Locale.parse(locale)
    pattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (decimals(currency),) * 2
    return _apart(pattern.apply(amount, locale, currency=currency, currency_digits=False))


def written_money(amount: Decimal, currency: str, locale: Locale | str) -> str:
    """`amount` with the sign of `currency` (ISO 4217) and its number of decimals, as readers of `locale` write it."""
    frame = _frame(locale, currency)
    return frame.write(amount) if frame else _babel_money(amount, currency, locale)


def money(amount: Decimal, currency: str) -> str:
    """The same for the reader of a page."""
    return written_money(amount, currency, reader()).replace(NARROW, WIDE)


def in_spreadsheets(currency: str) -> str:
    """The number format of an amount in a spreadsheet, which puts the marks of the reader's language in it."""
    digits = decimals(currency)
    return "#,##0" + ("." + "0" * digits if digits else "")


def short_money(amount: Decimal, currency: str) -> str:
    """A headline figure: three significant places at most, thousands and millions abbreviated."""
    if abs(amount) < 1000:
        pattern = copy(reader().currency_formats["standard"])
        pattern.frac_prec = (0, 0)
        return _apart(pattern.apply(amount, reader(), currency=currency, currency_digits=False)).replace(NARROW, WIDE)
    kept = round(amount, 2 - amount.adjusted())
    digits = 2 - kept.adjusted() % 3
    return _apart(format_compact_currency(kept, currency, locale=reader(), fraction_digits=digits))


def language_name(code: str) -> str:
    """The name of a language in the reader's: «français» for "fr"; the code when nobody named it."""
    return str(reader().languages.get(code.split("-")[0], code))


def country_name(code: str) -> str:
    """The name of a country in the reader's language; the code when nobody named it."""
    return str(reader().territories.get(code, code))


def telephone(number: str) -> str:
    """An E.164 number in groups: +33 4 65 71 28 42; what is no such number stays as it is."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    grouped = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return grouped.replace(" ", WIDE)


def day(value: date) -> str:
    """A short date, with the year: 03/07/2026."""
    return f"{value.day:02}/{value.month:02}/{value.year:04}"


def day_of_row(value: date | str) -> str:
    """A day in the name of a row: the journal asks for it while a new row still has what it was given (2026-07-03)."""
    return day(date.fromisoformat(value) if isinstance(value, str) else value)


def moment(value: datetime) -> str:
    """A date and time in the current time zone, without seconds."""
    return f"{timezone.localtime(value):%d/%m/%Y %H:%M}"


def written_day(value: date, form: str, locale: Locale | str) -> str:
    """A date in words, as its readers write it: 3 février 2026, and the first of the month 1er février 2026.

    `form`: one of CLDR (short, medium, long, full) or a pattern of it.
    """
    write = format_datetime if isinstance(value, datetime) else format_date
    text = str(write(value, form, locale=locale))
    return FIRST_OF_MONTH.sub("1er", text, count=1) if value.day == 1 and str(locale).startswith("fr") else text


def appointment(value: datetime) -> str:
    """A day and time as they stand in the zone of `value`: lundi 23 novembre, 09:00; of midnight the day alone."""
    return written_day(value, "EEEE d MMMM, HH:mm" if value.time() != time.min else "EEEE d MMMM", reader())


def percent(share: float | Decimal) -> str:
    """A share between 0 and 1, without decimals."""
    return format_percent(share, locale=reader())


def duration(spent: timedelta) -> str:
    """`123 ms`, `4,2 s` or `3 min 5 s`."""
    seconds = spent.total_seconds()
    if seconds < 1:
        return f"{round(seconds * 1000)}\u00a0ms"
    if seconds < 60:
        return f"{format_decimal(round(seconds, 1), locale=reader())}\u00a0s"
    return f"{int(seconds // 60)}\u00a0min {int(seconds % 60)}\u00a0s"


def number(value: Decimal | int) -> str:
    """A plain number with the separators of the reader."""
    return format_decimal(value, locale=reader()).replace(NARROW, WIDE)


def counted(value: int, most: int = COUNTED, *, at_least: bool = False) -> str:
    """How many there are, "> 10 000" beyond what is counted."""
    more = at_least or value > most
    return f">{WIDE}{number(min(value, most))}" if more else number(value)
