"""How serious a figure is, in words, colour and shape."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """From least to most serious."""

    OFF = "off", _("not watched")
    GOOD = "good", _("in order")
    WATCH = "watch", _("to watch")
    BAD = "bad", _("act now")

    @property
    def rank(self) -> int:
        return list(Level).index(self)

    @property
    def chip(self) -> str:
        """The class of its chip."""
        return {"off": "is-muted", "good": "is-good", "watch": "is-draft", "bad": "is-bad"}[self.value]

    @property
    def icon(self) -> str:
        """Its icon, different for each: colour alone tells nothing."""
        return {"off": "circle-pause", "good": "circle-check", "watch": "triangle-alert", "bad": "circle-x"}[self.value]


@dataclass(frozen=True)
class Check:
    """One line of the status page: what is looked at, what was found, since when, what to do and on which page."""

    subject: str | Promise
    level: Level
    said: str
    since: datetime | None = None
    advice: str | Promise = ""
    url: str = ""
    link: str | Promise = ""


def worst(levels: list[Level]) -> Level:
    """The most serious of them; OFF of none."""
    return max(levels, key=lambda level: level.rank, default=Level.OFF)


def by_age(since: datetime | None, at: datetime, limits: tuple[timedelta, timedelta]) -> Level:
    """Amber once older than the first limit, red once older than the second."""
    age = at - since if since else timedelta()
    if age > limits[1]:
        return Level.BAD
    return Level.WATCH if age > limits[0] else Level.GOOD


def by_number(number: float, limits: tuple[float, float]) -> Level:
    """Amber once above the first limit, red once above the second."""
    if number > limits[1]:
        return Level.BAD
    return Level.WATCH if number > limits[0] else Level.GOOD
