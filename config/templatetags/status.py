"""The state of the house in one line, on the first page of the settings."""

from typing import Any

from django import template
from django.utils import timezone

from config.watching.levels import Level
from config.watching.page import status_of
from crm.accounts.rules import reads_settings

register = template.Library()


@register.inclusion_tag("admin/status/_line.html")
def status_line(user: Any) -> dict[str, Any]:
    """What the status page says first; nothing for who may not open it."""
    if not reads_settings(user):
        return {}
    status = status_of(user, timezone.now())
    return {"status": status, "bad": status.count(Level.BAD), "to_watch": status.count(Level.WATCH)}
