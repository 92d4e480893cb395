"""The filters a template may use: a few of Liquid's own, and amounts, dates and rates in the recipient's locale."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import format_decimal
from django.utils.translation import gettext as _
from liquid.builtin.filters import misc, string
from liquid.exceptions import FilterError
from liquid.filter import with_context

from crm.core.formats import written_day, written_money

DATE_FORMATS = ("short", "medium", "long", "full")
MOST_DIGITS = 15  # before the point: no book holds more


@with_context
def money(value: object, currency: object = None, *, context: Any) -> str:
    """`{{ total.net | money }}` in the currency of the message, or `money: "USD"`."""
    code = str(currency or context.resolve("_currency"))
    return written_money(_decimal(value), code, str(context.resolve("_locale")))


@with_context
def written_date(value: object, form: object = "long", *, context: Any) -> str:
    """`{{ today | date }}` («3 mars 2026»), or with "short", "medium", "full"; nothing for an empty value."""
    if form not in DATE_FORMATS:
        raise FilterError(_("A date is written “short”, “medium”, “long” or “full”."), token=None)
    if value is None:
        return ""
    return written_day(_date(value), str(form), str(context.resolve("_locale")))


@with_context
def percent(value: object, *, context: Any) -> str:
    """A rate given in percent: 12.15 gives «12,15 %»."""
    locale = str(context.resolve("_locale"))
    space = "\u00a0" if locale.startswith("fr") else ""
    return f"{format_decimal(_decimal(value), locale=locale)}{space}%"


def _decimal(value: object) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite() or amount.adjusted() >= MOST_DIGITS:
        raise FilterError(_("“%(value)s” is not an amount.") % {"value": str(value)[:40]}, token=None)
    return amount


def _date(value: object) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise FilterError(_("“%(value)s” is not a date.") % {"value": str(value)[:40]}, token=None) from None


FILTERS: Mapping[str, Any] = {
    "capitalize": string.capitalize,
    "date": written_date,
    "default": misc.default,
    "downcase": string.downcase,
    "escape": string.escape,
    "money": money,
    "percent": percent,
    "size": misc.size,
    "strip": string.strip,
    "truncate": string.truncate,
    "upcase": string.upcase,
}
