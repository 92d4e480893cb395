"""Amounts as people and programs write them."""

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from crm.core.currencies import UnclearCurrency, decimals, is_written, meant

SPACES = re.compile(r"[\s\u00a0\u202f\u2007'’]")
# Letters, with points or without: one alone is no currency.
CURRENCY = re.compile(r"(?:[^\W\d_]\.?){2,}|[€$£]")
GROUPED = {mark: re.compile(rf"\d{{1,3}}(?:\{mark}\d{{3}})+") for mark in ".,"}
# In parentheses, signed on either side, with its currency: what is left are digits and marks.
AROUND_DIGITS = "-+−()"
OTHER_MARK = {",": ".", ".": ","}
UNCLEAR = re.compile(r"[1-9]\d{0,2}([.,])\d{3}")
DIGIT, EXPONENT = re.compile(r"\d"), re.compile("e", re.IGNORECASE)
AFTER_A_SIGN = 3  # digits of such an amount
# A number of 14 digits is that of a company in the wrong column.
LARGEST = Decimal(10) ** 13


class BadValue(ValueError):
    """The text is not a value of the kind asked for."""


class TooLarge(BadValue):
    """The number is LARGEST or more."""


class OtherCurrency(BadValue):
    """The amount is written in another currency than it has to be in."""


class UnclearAmount(BadValue):
    """Two numbers may be meant: `whole` is how one types the larger so that it is clear, `exact` the other where a
    decimal mark is known."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._bare, self._sign = digits_and_marks(text), unclear_mark(text)
        self.whole = self._bare.replace(self._sign, "")

    def exact(self, mark: str) -> str:
        """With decimals after this mark."""
        return self._bare.replace(self._sign, mark)


class Figure(str):
    """A number of a spreadsheet as text: its point is the decimal mark, whatever texts of the same column mean."""

    __slots__ = ()


@lru_cache(maxsize=65536)
def amount_of(text: str, mark: str = "") -> Decimal:
    """The number a file means: "1 234,56", "1.234,56", "1,234.56", "-12,3", "12,3-", "(12,3)", "12 €"; empty is 0.

    `mark` is the decimal mark of the column where it is known; without it the last of two different marks is the
    decimal one, a repeated mark groups thousands, a single one is decimal. Raises BadValue, TooLarge.
    """
    bare = _without_currency(text)
    if not bare:
        return Decimal(0)
    negative = False
    if bare[0] == "(" and bare[-1] == ")":
        negative, bare = True, bare[1:-1]
    if bare[-1:] in "+-" and len(bare) > 1:
        bare = bare[-1] + bare[:-1]
    try:
        number = Decimal(_with_point(bare.replace("−", "-"), mark))
    except InvalidOperation as error:
        raise BadValue(text) from error
    if not number.is_finite():
        raise BadValue(text)
    if abs(number) >= LARGEST:
        raise TooLarge(text)
    return -number if negative else number


def _with_point(text: str, mark: str) -> str:
    if not mark:
        mark = _decimal_mark(text)
    group = "," if mark == "." else "."
    if group in text:
        whole, point, rest = text.partition(mark)
        if not GROUPED[group].fullmatch(whole.lstrip("+-")):
            raise BadValue(text)
        text = whole.replace(group, "") + point + rest
    return text.replace(",", ".")


def _decimal_mark(text: str) -> str:
    last_comma, last_point = text.rfind(","), text.rfind(".")
    if last_comma >= 0 and last_point >= 0:
        return "," if last_comma > last_point else "."
    if text.count(",") > 1:
        return "."
    if text.count(".") > 1:
        return ","
    return "," if last_comma >= 0 else "."


def digits_and_marks(text: str) -> str:
    """What an amount is written with, without its sign and its currency."""
    return _without_currency(text).strip(AROUND_DIGITS)


def _without_currency(text: str) -> str:
    return CURRENCY.sub(lambda found: "" if is_written(found[0]) else found[0], SPACES.sub("", text))


def check_currency_written(text: str, currency: str) -> None:
    """Raises OtherCurrency where an amount is written in another currency than `currency`, or perhaps so."""
    for written in CURRENCY.findall(SPACES.sub("", text)):
        try:
            other = meant(written, usual=currency)
        except UnclearCurrency as error:
            raise OtherCurrency(text) from error
        if other not in ("", currency):
            raise OtherCurrency(text)


def unclear_mark(text: str) -> str:
    """The sign of an amount that does not tell whether it groups thousands or is the decimal mark (1.200), else ""."""
    match = None if isinstance(text, Figure) else UNCLEAR.fullmatch(digits_and_marks(text))
    return match[1] if match else ""


def supposed_mark(text: str, currency: str) -> str:
    """The decimal mark of an amount that does not tell it, "" where it does: three digits after a sign are thousands
    where the currency has no three decimals. Raises UnclearAmount where it has."""
    sign = unclear_mark(text)
    if sign and decimals(currency) == AFTER_A_SIGN:
        raise UnclearAmount(text)
    return OTHER_MARK[sign] if sign else ""


def typed_amount(text: str, currency: str = "", mark: str = "") -> Decimal:
    """The number a person means by what he types, in a currency; without one, in one of no three decimals. `mark` is
    the decimal mark of his language: in a currency of three decimals it tells what three digits after it are. Raises
    BadValue, TooLarge, UnclearAmount where he may mean one of two, OtherCurrency where he writes another one."""
    if currency:
        check_currency_written(text, currency)
    bare = digits_and_marks(text)
    if EXPONENT.search(bare) or not DIGIT.search(bare):
        raise BadValue(text)
    if mark and unclear_mark(text) == mark and decimals(currency) == AFTER_A_SIGN:
        return amount_of(text, mark)
    return amount_of(text, supposed_mark(text, currency))


def retyped(amount: Decimal, currency: str = "", mark: str = ".") -> str:
    """The amount as `typed_amount` reads it in that currency and language: 150, 10,50 or 1,234; no decimal that says
    nothing, but a zero more where three would be taken for thousands (1,2340 €)."""
    if amount == amount.to_integral_value():
        return f"{amount:.0f}"
    cents = amount.quantize(Decimal("0.01"))
    text = f"{cents if cents == amount else amount:f}".replace(".", mark)
    return text + "0" if unclear_mark(text) and decimals(currency) != AFTER_A_SIGN else text
