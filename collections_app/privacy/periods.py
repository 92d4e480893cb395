"""How long each kind of thing is kept: the law's rule of a day, or what the entity chose within what it allows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from collections_app.privacy.models import Retention
from crm.accounts.models import Entity
from crm.core.dates import months_after
from crm.law.models import Rule

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


@dataclass(frozen=True)
class Law:
    """The rules on how long things are kept, of every day, and what entities chose: two statements for all of them."""

    rules: list[Rule]
    chosen: Mapping[int, Retention]

    @classmethod
    def of(cls, entities: Iterable[Entity]) -> "Law":
        """What these entities follow."""
        known = list(entities)
        codes = [code for code, _field in KINDS.values()]
        rules = Rule.objects.filter(jurisdiction__in={each.jurisdiction for each in known}, code__in=codes)
        common = rules.filter(customer_kind="", debt_type="").order_by("starts_on")
        return cls(list(common), {own.entity_id: own for own in Retention.objects.filter(entity__in=known)})

    def rule(self, entity: Entity, kind: str, *, on: date) -> Rule:
        """That of a kind of thing on a day. Raises NoPeriod."""
        asked = (entity.jurisdiction, KINDS[kind][0])
        found = [each for each in self.rules if (each.jurisdiction, each.code) == asked and _in_force(each, on)]
        if not found:
            raise NoPeriod
        return found[-1]

    def periods(self, entity: Entity, *, on: date) -> dict[str, Period]:
        """Of each kind, how long it is kept on a day. Raises NoPeriod."""
        return {kind: self._period(entity, kind, on) for kind in KINDS}

    def _period(self, entity: Entity, kind: str, on: date) -> Period:
        law = self.rule(entity, kind, on=on)
        wanted = getattr(self.chosen.get(entity.pk), KINDS[kind][1], None)
        years = min(max(wanted or law.value["years"], law.value["least"]), law.value["most"])
        return Period(years, _before(years, law, on), law.article)


def periods(entity: Entity, *, on: date) -> dict[str, Period]:
    """Of each kind, how long the entity keeps it on a day. Raises NoPeriod."""
    return Law.of([entity]).periods(entity, on=on)


def rule_of(entity: Entity, kind: str, *, on: date) -> Rule:
    """The law's rule on how long a kind of thing is kept. Raises NoPeriod."""
    return Law.of([entity]).rule(entity, kind, on=on)


def _in_force(law: Rule, on: date) -> bool:
    return law.starts_on <= on and (law.ends_on is None or on <= law.ends_on)


def _before(years: int, law: Rule, on: date) -> date:
    """Counted from the end of the year of what happened, where the rule says so: books are closed by the year."""
    if law.value.get("from") == "next_year":
        return date(on.year - years, 1, 1)
    return months_after(on, -12 * years)
