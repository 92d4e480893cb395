"""When the night of an entity is due: once a day, from its own hour on, in its own time zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from collections_app.engine import training
from collections_app.engine.exceptions import NightTooFarAhead
from collections_app.engine.leases import lost_nights
from collections_app.engine.models import Run, RunState, TrainingReset
from crm.accounts.calendars import today
from crm.accounts.models import Entity

TRIES_A_DAY = 3
# A night closes those before it: a slip of the month would silence an entity until then. Where whoever asks has a day
# that begins earlier than the entity's, tomorrow is today.
AHEAD = timedelta(days=1)
STANDING_AHEAD = timedelta(days=31)  # a demonstration that stands on a day goes on by such nights only


def due_nights(*, at: datetime) -> list[tuple[int, date]]:
    """(entity id, date) of the nights to start at `at`: live entities past their hour whose night is not done, and of
    any entity what a lost worker left, whoever had started it.

    A night that failed is tried again, three times a day at most.
    """
    nights = _live_nights(at)
    runs = _runs([entity for entity, _ in nights], since=min((on for _, on in nights), default=date.min))
    due = {entity: on for entity, on in nights if _waits(runs.get(entity, []), on, at)}
    return [*(lost_nights(at=at) | due).items()]


def still_waits(entity: int, on: date, *, at: datetime) -> bool:
    """Whether nobody has done the night of that day, or is at it: who was to start it may have been long in coming."""
    return _waits(_runs([entity], since=on).get(entity, []), on, at)


def _live_nights(at: datetime) -> list[tuple[int, date]]:
    """(entity id, date) of the last night of each entity that was live by then, but for those being made again: their
    nights are lived in the transaction that fills them, and one beside it stops both."""
    filled = TrainingReset.objects.filter(finished_at=None, asked_at__gt=at - training.LOST).values("entity")
    # A demonstration that stands on a day of the past has had its night.
    live = Entity.objects.filter(live_since__isnull=False, stands_on__isnull=True).exclude(pk__in=filled)
    nights = [(entity, night_of(entity, at)) for entity in live]
    return [(entity.pk, on) for entity, on in nights if entity.live_since and entity.live_since <= on]


def night_of(entity: Entity, at: datetime) -> date:
    """The date of the night whose hour came last: that of today, or before its hour still that of yesterday, since one
    due shortly before midnight may find no worker until after it."""
    now = at.astimezone(ZoneInfo(entity.time_zone))
    return now.date() if now.time() >= entity.night_at else now.date() - timedelta(days=1)


def _runs(entities: list[int], since: date) -> dict[int, list[Run]]:
    """The runs of each entity for dates from `since` on, and those under way (one statement)."""
    found: dict[int, list[Run]] = {}
    for run in Run.objects.filter(Q(on__gte=since) | Q(state=RunState.RUNNING), entity__in=entities):
        found.setdefault(run.entity_id, []).append(run)
    return found


def _waits(runs: list[Run], on: date, at: datetime) -> bool:
    under_way = [run for run in runs if run.state == RunState.RUNNING]
    if any(run.lease_until and run.lease_until >= at for run in under_way):
        return False
    if any(run.on == on for run in under_way):  # its worker is lost
        return True
    if any(run.state == RunState.DONE and run.on >= on for run in runs):
        return False
    return sum(run.on == on and run.state == RunState.FAILED for run in runs) < TRIES_A_DAY


def instant(entity: Entity, on: date, now: datetime) -> datetime:
    """The instant a night of `on` writes: now, or for another day than today the entity's night hour of that day."""
    zone = ZoneInfo(entity.time_zone)
    if now.astimezone(zone).date() == on:
        return now
    return hour_of(on, entity.night_at, zone)


def hour_of(on: date, night_at: time, zone: ZoneInfo) -> datetime:
    """When the night of `on` is due."""
    return datetime.combine(on, night_at, zone).astimezone(UTC)


def next_night(entity: Entity, *, at: datetime) -> date:
    """The date of the night to come: today as long as no night of today or later is done, else the day after it."""
    last = Run.objects.filter(entity=entity, state=RunState.DONE).order_by("-on").first()
    on = today(entity, at)
    return max(on, last.on + timedelta(days=1)) if last else on


def refuse_far_ahead(entity: Entity, on: date, *, at: datetime) -> None:
    """Raises NightTooFarAhead for a day after tomorrow; of an entity that stands on a day, for one a month later."""
    if on > today(entity, at) + (STANDING_AHEAD if entity.stands_on else AHEAD):
        raise NightTooFarAhead(on, today(entity, at))
