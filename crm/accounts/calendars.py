"""Working days of an entity: its weekdays, less the public holidays of its jurisdiction and its own closing days."""

from bisect import bisect, bisect_left
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.accounts.models import Entity, EntityClosure
from crm.core.remembering import remembered
from crm.law.models import Holiday

# Where a worked day is looked for first; few run of closed days is longer.
NEAR = 60
# Longer than any run of closed days, a season included; past it the calendar itself is wrong.
HORIZON = 400


class NoWorkingDay(ValueError):
    """The calendar of the entity has no working day within HORIZON days."""

    def __init__(self, entity: Entity, on: date) -> None:
        super().__init__(
            _("The calendar of %(entity)s has no working day around %(on)s.") % {"entity": entity.code, "on": on}
        )


def closed_days(entity: Entity, first: date, last: date) -> set[date]:
    """Public holidays and closing days from `first` to `last` included (one query, of whole years: night after night
    asks for other days of the same ones)."""
    years = date(first.year, 1, 1), date(last.year, 12, 31)
    closed = remembered(("closed days", entity.pk, *years), lambda: _closed_days(entity, *years))
    return {on for on in closed if first <= on <= last}


def _closed_days(entity: Entity, first: date, last: date) -> set[date]:
    holidays = Holiday.objects.filter(jurisdiction=entity.jurisdiction, on__range=(first, last)).values_list("on")
    closures = EntityClosure.objects.filter(entity=entity, on__range=(first, last)).values_list("on")
    return {on for (on,) in holidays.union(closures)}


def worked_days(entity: Entity, first: date, last: date) -> list[date]:
    """The days worked from `first` to `last` included, in order (one query)."""
    closed = closed_days(entity, first, last)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if day.isoweekday() in entity.working_days and day not in closed]


def is_worked(entity: Entity, on: date) -> bool:
    """Does the entity work on this day?"""
    return worked_days(entity, on, on) == [on]


def off_on(days: Mapping[Entity, date]) -> set[int]:
    """The ids of the entities that do not work on the day beside them (two queries, however many)."""
    dates = set(days.values())
    holidays = set(Holiday.objects.filter(on__in=dates).values_list("jurisdiction", "on"))
    closures = set(EntityClosure.objects.filter(on__in=dates).values_list("entity_id", "on"))
    return {
        entity.pk
        for entity, on in days.items()
        if on.isoweekday() not in entity.working_days
        or (entity.jurisdiction, on) in holidays
        or (entity.pk, on) in closures
    }


def last_worked_day(entity: Entity, on: date) -> date:
    """`on` when it is worked, else the nearest worked day before it; raises NoWorkingDay."""
    for reach in (NEAR, HORIZON):
        if days := worked_days(entity, on - timedelta(days=reach), on):
            return days[-1]
    raise NoWorkingDay(entity, on)


def next_worked_day(entity: Entity, on: date) -> date:
    """`on` when it is worked, else the nearest worked day after it; raises NoWorkingDay."""
    for reach in (NEAR, HORIZON):
        if days := worked_days(entity, on, on + timedelta(days=reach)):
            return days[0]
    raise NoWorkingDay(entity, on)


def last_worked_days(entity: Entity, on: date, days: int) -> list[date]:
    """For `on` and each of the `days` days after it, the nearest worked day up to it (one query).

    Raises NoWorkingDay.
    """
    return remembered(("last worked days", entity.pk, on, days), lambda: _last_worked_days(entity, on, days))


def _last_worked_days(entity: Entity, on: date, days: int) -> list[date]:
    worked = worked_days(entity, on - timedelta(days=HORIZON), on + timedelta(days=days))
    if not worked or worked[0] > on:
        raise NoWorkingDay(entity, on)
    return [worked[bisect(worked, on + timedelta(days=number)) - 1] for number in range(days + 1)]


def next_worked_days(entity: Entity, on: date, days: int) -> list[date]:
    """For `on` and each of the `days` days after it, the nearest worked day from it on; shorter where the calendar has
    none for the last of them.

    Raises NoWorkingDay when it has none for tomorrow.
    """
    return remembered(("next worked days", entity.pk, on, days), lambda: _next_worked_days(entity, on, days))


def _next_worked_days(entity: Entity, on: date, days: int) -> list[date]:
    last = on + timedelta(days=days)
    worked = worked_days(entity, on, last + timedelta(days=HORIZON))
    until = min(last, worked[-1]) if worked else on
    if until <= on:
        raise NoWorkingDay(entity, on)
    return [worked[bisect_left(worked, on + timedelta(days=number))] for number in range((until - on).days + 1)]


def today(entity: Entity, at: datetime) -> date:
    """The date it is for the entity at the instant `at`: in its time zone, or the day its books stand on (a
    demonstration on one's own file). Every page, operation and night asks here."""
    return _date(entity.stands_on, entity.time_zone, at)


def _date(stands_on: date | None, time_zone: str, at: datetime) -> date:
    return stands_on or at.astimezone(ZoneInfo(time_zone)).date()


@dataclass(frozen=True)
class Days:
    """The date it is in each entity, for lists over several: `usual`, but `others` by entity id."""

    usual: date
    others: Mapping[int, date] = field(default_factory=dict)

    def of(self, entity_id: int) -> date:
        """The date in one entity."""
        return self.others.get(entity_id, self.usual)

    def where(self, condition: Callable[[date], Q]) -> Q:
        """`condition` on rows with an `entity`, at the date of each row's own."""
        if not self.others:
            return condition(self.usual)
        found = ~Q(entity__in=list(self.others)) & condition(self.usual)
        for on in sorted(set(self.others.values())):
            same = [entity for entity, day in self.others.items() if day == on]
            found |= Q(entity__in=same) & condition(on)
        return found


def days_at(at: datetime) -> Days:
    """The date it is in every entity at the instant `at` (one query)."""
    entities = Entity.objects.values_list("pk", "stands_on", "time_zone")
    dates = {key: _date(stands_on, time_zone, at) for key, stands_on, time_zone in entities}
    counted = Counter(dates.values()).most_common(1)
    usual = counted[0][0] if counted else at.date()
    return Days(usual, {entity: on for entity, on in dates.items() if on != usual})
