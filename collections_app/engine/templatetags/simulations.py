"""Small words of the pages of simulations."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import template

from crm.core import formats

register = template.Library()


@register.filter
def of(values: Mapping[str, Any], key: str) -> Any:
    """The value under a key that is itself a variable."""
    return values[key]


@register.filter
def whole(value: Decimal | int | str | None) -> str:
    """A number as the reader writes it."""
    return formats.number(Decimal(value or 0))


@register.filter
def label_at(sides: Sequence[tuple[str, str]], place: int) -> str:
    """What the side at this place is called."""
    return sides[place][1]
