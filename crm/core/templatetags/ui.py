"""What templates need to draw: icons, initials, amounts and dates in the reader's locale."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.core import ageing, formats

register = template.Library()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """One icon of static/icons.svg; decoration only, so a text or a label must stand beside it."""
    return _drawn(name, f"icon {extra}".strip())


# A page draws the same few icons hundreds of times; the name of their file is that of the process.
@lru_cache(maxsize=500)
def _drawn(name: str, css: str) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static("icons.svg"),
        name,
    )


@register.filter
def initials(user: Any) -> str:
    """Two letters for the round picture of a person."""
    names = [getattr(user, "first_name", ""), getattr(user, "last_name", "")]
    letters = "".join(name[:1] for name in names if name)
    return (letters or str(user)[:2]).upper()


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """`1 234,50 €` in the reader's locale; an em dash when there is no amount."""
    return "—" if amount is None else formats.money(amount, currency)


@register.filter
def short_money(amount: Decimal | None, currency: str) -> str:
    """`1,84 M€` for headline figures."""
    return "—" if amount is None else formats.short_money(amount, currency)


@register.filter
def language_name(code: str) -> str:
    """A language by its name."""
    return formats.language_name(code)


@register.filter
def country_name(code: str) -> str:
    """A country by its name."""
    return formats.country_name(code)


@register.filter
def telephone(number: str) -> str:
    """A number in groups."""
    return formats.telephone(number)


@register.filter
def day(value: date | None) -> str:
    """A short date in the reader's locale; an em dash when there is none."""
    return "—" if value is None else formats.day(value)


@register.filter
def moment(value: datetime | None) -> str:
    """A short date and time in the current time zone."""
    return "—" if value is None else formats.moment(value)


@register.filter
def appointment(value: datetime) -> str:
    """A day and time in words, in the zone the value carries."""
    return formats.appointment(value)


@register.filter
def counted(value: int) -> str:
    """How many, "> 10 000" beyond what is counted."""
    return formats.counted(value)


@register.filter
def percent(share: float | Decimal) -> str:
    """`38 %` from 0.38, in the reader's locale."""
    return formats.percent(share)


TIMELINE = {
    "import": ("upload", ""),
    "message": ("mail", "tone-info"),
    "reply": ("reply", "tone-warning"),
    "call": ("phone", "tone-info"),
    "note": ("sticky-note", ""),
    "action": ("check", "tone-success"),
    "decision": ("workflow", ""),
    "refusal": ("ban", "tone-warning"),
    "hold": ("circle-pause", "tone-warning"),
    "money": ("wallet", "tone-success"),
    "change": ("pencil", ""),
}


@register.filter
def timeline_icon(kind: str) -> str:
    """The icon of a kind of timeline entry."""
    return TIMELINE.get(kind, ("info", ""))[0]


@register.filter
def timeline_tone(kind: str) -> str:
    """The colour of a kind of timeline entry."""
    return TIMELINE.get(kind, ("info", ""))[1]


@register.filter
def age_tone(days_late: int) -> int:
    """The number of the bucket of an age in days."""
    return ageing.tone(days_late)


@register.filter
def key(value: int) -> str:
    """A primary key as a form sends it back: templates would write 2483 as 2 483."""
    return str(value)
