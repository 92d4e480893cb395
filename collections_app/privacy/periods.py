"""How long each kind of thing is kept: the law's rule of a day, or what the entity chose within what it allows."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from collections_app.privacy.models import Retention
from crm.accounts.models import Entity
from crm.core.dates import months_after
from crm.law.models import Rule
from crm.law.queries import rule

# What is kept -> the code of its rule and the field of the entity's own period.
KINDS = {
    "customers": ("keep_customers", "customer_years"),
    "messages": ("keep_messages", "message_years"),
    "uploads": ("keep_uploads", "upload_years"),
}


class NoPeriod(Exception):
    """The law of the entity says nothing of how long: nothing is purged there."""


@dataclass(frozen=True)
class Period:
    """`before`: what last happened before that day need not be kept any longer."""

    years: int
    before: date
    article: str

    def stored(self) -> dict[str, Any]:
        """As a purge keeps it."""
        return {"years": self.years, "before": self.before.isoformat(), "article": self.article}


def rule_of(entity: Entity, kind: str, *, on: date) -> Rule:
    """The law's rule on how long a kind of thing is kept. Raises NoPeriod."""
    found = rule(entity.jurisdiction, KINDS[kind][0], on=on)
    if found is None:
        raise NoPeriod
    return found


def periods(entity: Entity, *, on: date) -> dict[str, Period]:
    """Of each kind, how long it is kept on a day. Raises NoPeriod."""
    own = Retention.objects.filter(entity=entity).first()
    return {kind: _period(entity, kind, own, on) for kind in KINDS}


def _period(entity: Entity, kind: str, own: Retention | None, on: date) -> Period:
    law = rule_of(entity, kind, on=on)
    wanted = getattr(own, KINDS[kind][1], None) if own else None
    years = min(max(wanted or law.value["years"], law.value["least"]), law.value["most"])
    return Period(years, _before(years, law, on), law.article)


def _before(years: int, law: Rule, on: date) -> date:
    """Counted from the end of the year of what happened, where the rule says so: books are closed by the year."""
    if law.value.get("from") == "next_year":
        return date(on.year - years, 1, 1)
    return months_after(on, -12 * years)
