"""Of which days money may be."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop as _

from crm.accounts.models import Entity

AFTER_TOMORROW = _("This day is after tomorrow: money counts from the day it comes, send it then.")


def last_day(entity: Entity, at: datetime) -> date:
    """Tomorrow by the calendar of the entity. What is dated later has not come, whoever says so."""
    return at.astimezone(ZoneInfo(entity.time_zone)).date() + timedelta(days=1)
