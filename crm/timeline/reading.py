"""A line of the timeline in the words of its reader."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from crm.core import formats
from crm.timeline.models import Entry


def sentence(entry: Entry) -> str:
    """The subject, translated, with its values filled in; a subject that lost a value is shown without values."""
    template = gettext(entry.subject)
    values = {name: _value(value) for name, value in entry.params.items()}
    try:
        return template % values
    except (KeyError, ValueError, TypeError):
        return template


def _value(value: Any) -> Any:
    """Plain values stand as they are. {"text": msgid}, {"date": iso} and {"money": "1.00", "currency": "EUR"} are
    written in the reader's language."""
    if not isinstance(value, dict):
        return value
    if "text" in value:
        return gettext(value["text"])
    if "date" in value:
        return formats.day(date.fromisoformat(value["date"]))
    if "money" in value:
        return formats.money(Decimal(value["money"]), value["currency"])
    return value
