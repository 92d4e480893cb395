"""Settings → System status: what works, what does not, since when, and the page that acts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from config.watching.entities import checks_of
from config.watching.figures import recent
from config.watching.house import checks_of_house
from config.watching.levels import Check, Level, worst
from crm.accounts.queries import entities_of
from crm.accounts.rules import reads_settings


@dataclass(frozen=True)
class Block:
    """The lines under one heading; without lines, only how it is."""

    title: str
    level: Level
    checks: list[Check]


@dataclass(frozen=True)
class Status:
    """What one person may see."""

    at: datetime
    blocks: list[Block]

    @property
    def level(self) -> Level:
        """The most serious of all."""
        return worst([block.level for block in self.blocks])

    def count(self, level: Level) -> int:
        """Lines of that level; a block without lines counts as one."""
        levels = [one for block in self.blocks for one in [check.level for check in block.checks] or [block.level]]
        return levels.count(level)


def status_of(user: Any, at: datetime) -> Status:
    """The entities of the person and the installation, the worst first; of the installation others than administrators
    are told one word."""
    figures = recent(at)
    mine = set(entities_of(user).values_list("pk", flat=True))
    blocks = [
        _block(f"{entity.code} · {entity.name}", checks_of(entity, figures.at))
        for entity in figures.entities
        if entity.pk in mine
    ]
    house = _block(_("Installation"), checks_of_house(figures))
    shown = house if user.is_superuser else Block(house.title, house.level, [])
    return Status(figures.at, sorted([*blocks, shown], key=lambda block: -block.level.rank))


def _block(title: str, checks: list[Check]) -> Block:
    return Block(title, worst([check.level for check in checks]), checks)


def page(request: HttpRequest) -> HttpResponse:
    """The page, or for htmx its moving part."""
    if not reads_settings(request.user):
        raise PermissionDenied
    status = status_of(request.user, timezone.now())
    context = {"status": status, "bad": status.count(Level.BAD), "to_watch": status.count(Level.WATCH)}
    if getattr(request, "htmx", False):
        return render(request, "admin/status/_status.html", context)
    more = {**admin.site.each_context(request), "title": _("System status")}
    return render(request, "admin/status/page.html", {**more, **context})
