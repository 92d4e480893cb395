"""The day a task comes back on, put off or to be called back: after today, and within a year, as what is promised."""

from datetime import date

from django.utils.translation import gettext as _

from crm.core.formats import day as written
from crm.holds.models import last_promised_day


class DayRefused(ValueError):
    """A task comes back on a later day, within a year: one far away would silence it for good, mostly by a slip of the
    year."""


def check_later(day: date | None, *, on: date) -> date:
    """The day, where a task seen on `on` may come back on it. Raises DayRefused."""
    if day is None or day <= on:
        raise DayRefused(_("Choose a day after today."))
    last = last_promised_day(on)
    if day > last:
        raise DayRefused(_("Choose a day within a year, %(last)s at the latest.") % {"last": written(last)})
    return day
