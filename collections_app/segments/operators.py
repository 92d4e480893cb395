"""What may be asked of a fact, by type: the words, the SQL and the shape of the value."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _, gettext_lazy, pgettext_lazy

from collections_app.segments.facts import FactType, Label


class Shape(StrEnum):
    NONE = "none"
    ONE = "one"
    PAIR = "pair"
    LIST = "list"
    DAYS = "days"


@dataclass(frozen=True)
class Operator:
    """`sql` has the marks {fact}, {value} and, for a pair, {second}; it is never true of an unknown fact.

    `turns_on`: the day its answer changes though the fact does not, with the same marks.
    """

    code: str
    label: Label
    sql: str
    shape: Shape = Shape.ONE
    turns_on: str = ""


EMPTY = Operator("empty", gettext_lazy("is not known"), "{fact} is null", Shape.NONE)
DAYS_AGO, AGED = "%(on)s::date - {value}::int", "{fact} + {value} + 1"
NOT_EMPTY = Operator("not_empty", gettext_lazy("is known"), "{fact} is not null", Shape.NONE)
NUMERIC = (
    Operator("gte", gettext_lazy("is at least"), "{fact} >= {value}"),
    Operator("gt", gettext_lazy("is more than"), "{fact} > {value}"),
    Operator("lte", gettext_lazy("is at most"), "{fact} <= {value}"),
    Operator("lt", gettext_lazy("is less than"), "{fact} < {value}"),
    Operator("eq", gettext_lazy("equals"), "{fact} = {value}"),
    Operator("ne", gettext_lazy("differs from"), "{fact} <> {value}"),
    Operator("between", gettext_lazy("lies between (included)"), "{fact} between {value} and {second}", Shape.PAIR),
    EMPTY,
    NOT_EMPTY,
)
OPERATORS: dict[FactType, tuple[Operator, ...]] = {
    FactType.MONEY: NUMERIC,
    FactType.NUMBER: NUMERIC,
    FactType.TEXT: (
        Operator("is", pgettext_lazy("criteria", "is"), "plain_text({fact}) = plain_text({value})"),
        Operator("is_not", pgettext_lazy("criteria", "is not"), "plain_text({fact}) <> plain_text({value})"),
        Operator("contains", gettext_lazy("contains"), "strpos(plain_text({fact}), plain_text({value})) > 0"),
        Operator("starts", gettext_lazy("starts with"), "starts_with(plain_text({fact}), plain_text({value}))"),
        EMPTY,
        NOT_EMPTY,
    ),
    FactType.CHOICE: (
        Operator("in", gettext_lazy("is one of"), "{fact} = any({value}::text[])", Shape.LIST),
        Operator("not_in", gettext_lazy("is none of"), "{fact} <> all({value}::text[])", Shape.LIST),
        EMPTY,
        NOT_EMPTY,
    ),
    FactType.SET: (
        Operator("any", gettext_lazy("has one of"), "{fact} && {value}::text[]", Shape.LIST),
        Operator("every", gettext_lazy("has all of"), "{fact} @> {value}::text[]", Shape.LIST),
        Operator("none", gettext_lazy("has none of"), "not (coalesce({fact}, '{{}}') && {value}::text[])", Shape.LIST),
        Operator("empty", gettext_lazy("is empty"), "cardinality(coalesce({fact}, '{{}}')) = 0", Shape.NONE),
        Operator("not_empty", gettext_lazy("is not empty"), "cardinality({fact}) > 0", Shape.NONE),
    ),
    FactType.DATE: (
        Operator("before", gettext_lazy("is before"), "{fact} < {value}"),
        Operator("after", gettext_lazy("is after"), "{fact} > {value}"),
        Operator("within", gettext_lazy("is at most N days ago"), "{fact} >= " + DAYS_AGO, Shape.DAYS, AGED),
        Operator("older", gettext_lazy("is more than N days ago"), "{fact} < " + DAYS_AGO, Shape.DAYS, AGED),
        EMPTY,
        NOT_EMPTY,
    ),
}


class WrongValue(ValueError):
    """The value does not suit the fact and its operator; the message tells a person what to write."""


def find(fact_type: FactType, code: str) -> Operator | None:
    """The operator `code` of a type of fact, if there is one."""
    return next((operator for operator in OPERATORS[fact_type] if operator.code == code), None)


def parsed(fact_type: FactType, operator: Operator, value: Any) -> Any:
    """`value` as SQL takes it: Decimal, date, text, whole days, a pair or a list. Raises `WrongValue`."""
    if operator.shape is Shape.NONE:
        return None
    if operator.shape is Shape.DAYS:
        return days(value)
    if operator.shape is Shape.LIST:
        return several(value)
    if operator.shape is Shape.PAIR:
        return pair(fact_type, value)
    return single(fact_type, value)


def days(value: Any) -> int:
    """A whole number of days, 0 to 36 500."""
    text = "" if isinstance(value, bool) else str(value)
    # “²” is a digit and no number; int refuses thousands of digits.
    if not text.isdecimal() or len(text) > 5 or int(text) > 36_500:
        raise WrongValue(_("Write a whole number of days."))
    return int(text)


def several(value: Any) -> list[str]:
    """A list of at least one word."""
    if not isinstance(value, list) or not value or not all(isinstance(word, str) and word for word in value):
        raise WrongValue(_("Choose at least one value."))
    return value


def pair(fact_type: FactType, value: Any) -> tuple[Any, Any]:
    """Two bounds, the lower first."""
    if not isinstance(value, list) or len(value) != 2:
        raise WrongValue(_("Write two bounds."))
    low, high = (single(fact_type, bound) for bound in value)
    if low > high:
        raise WrongValue(_("The first bound is above the second."))
    return low, high


def single(fact_type: FactType, value: Any) -> Any:
    """One number, date or text."""
    if fact_type in (FactType.MONEY, FactType.NUMBER):
        return number(value)
    if fact_type is FactType.DATE:
        return day(value)
    if not isinstance(value, str) or not value.strip():
        raise WrongValue(_("Write a text."))
    return value.strip()


def number(value: Any) -> Decimal:
    """A decimal written 1234.5, 1234,5 or 1 234,5."""
    text = "" if isinstance(value, bool) else "".join(str(value).split()).replace(",", ".")
    try:
        given = Decimal(text)
    except InvalidOperation:
        raise WrongValue(_("Write a number.")) from None
    if not given.is_finite():
        raise WrongValue(_("Write a number."))
    if abs(given) >= Decimal(10) ** 15:
        raise WrongValue(_("This number is too large."))
    return given


def day(value: Any) -> date:
    """A date written 2026-01-31."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise WrongValue(_("Write a date.")) from None
