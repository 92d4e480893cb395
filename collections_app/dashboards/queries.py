"""What a supervisor looks at in the morning; each question is one statement whatever the number of rows."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from collections_app.actions.counting import portfolio_counters
from collections_app.actions.forms import WorklistFilters
from collections_app.actions.models import Action, ActionState
from collections_app.dashboards.bars import Chart, Period, draw
from collections_app.engine.labels import block_label
from collections_app.engine.models import DailyFigures, Run
from collections_app.engine.planned import NOTHING_PLANNED
from collections_app.letters.batches import waiting_letters
from collections_app.letters.models import BatchState, PrintBatch
from collections_app.segments.models import Group
from collections_app.segments.queries import without_team
from crm.accounts.calendars import Days, off_on, today
from crm.accounts.models import Absence, Entity, User
from crm.accounts.queries import entities_of
from crm.core import formats
from crm.core.formats import COUNTED
from crm.customers.reach import reach_of
from crm.imports.models import Batch
from crm.imports.queries import Books, being_undone, books_of
from crm.receivables.forms import CustomerFilters
from telephony.messaging.models import Message
from telephony.messaging.states import MessageState

TREND_DAYS = 30
# What failed stays failed, and its action went back to a person: older ones are told by the to-do list.
FAILED_LATELY = timedelta(hours=24)


@dataclass(frozen=True)
class EntityMorning:
    """The last night of one entity: its last run, and what all its runs opened. `off`: it was of a day the entity does
    not work, so hardly anything opens. `stale`: the books, of `books_on`, are too old by now. `no_team`: its groups
    whose tasks may be nobody's. `being_undone`: the import its next night waits for."""

    entity: Entity
    run: Run | None
    opened: int
    blocked: list[tuple[str, int]]
    off: bool
    books_on: date | None
    stale: bool
    no_team: list[Group]
    being_undone: Batch | None


@dataclass(frozen=True)
class Workload:
    """What one collector has before him."""

    user: User
    waiting: int
    late: int
    to_approve: int
    away: bool

    @property
    def share(self) -> int:
        """Percent of his daily capacity, at most 100."""
        return min(100, round(100 * self.waiting / self.user.capacity)) if self.user.capacity else 100


def mornings(user: User, *, at: datetime) -> list[EntityMorning]:
    """The last night of each entity the user sees whole, in order of code."""
    latest = Run.objects.filter(entity=OuterRef("pk")).order_by("-started_at").values("on")[:1]
    entities = list(entities_of(user).annotate(last_on=Subquery(latest)).order_by("code"))
    books = books_of({entity: today(entity, at) for entity in entities}, at=at)
    nights: dict[Entity, date] = {entity: entity.last_on for entity in entities if entity.last_on}
    runs: dict[tuple[int, date | None], list[Run]] = defaultdict(list)
    for run in Run.objects.filter(entity__in=nights, on__in=[*nights.values()]).order_by("started_at"):
        runs[run.entity_id, run.on].append(run)
    off, undoing = off_on(nights), being_undone(entities)
    no_team: dict[int, list[Group]] = defaultdict(list)
    for group in without_team(entities):
        no_team[group.entity_id].append(group)
    return [
        _morning(
            entity,
            runs[entity.pk, entity.last_on],
            off=entity.pk in off,
            books=books[entity.pk],
            no_team=no_team[entity.pk],
            undoing=undoing.get(entity.pk),
        )
        for entity in entities
    ]


def _morning(
    entity: Entity, runs: list[Run], *, off: bool, books: Books, no_team: list[Group], undoing: Batch | None
) -> EntityMorning:
    run = runs[-1] if runs else None
    blocked = [(block_label(reason), number) for reason, number in sorted(run.blocked.items())] if run else []
    opened = sum(sum(run.opened.values()) for run in runs)
    return EntityMorning(entity, run, opened, blocked, off, books.on, books.stale, no_team, undoing)


def workloads(user: User, *, days: Days) -> list[Workload]:
    """Open tasks of each collector among the customers the user sees, the most loaded first."""
    waiting = Action.objects.waiting_for_a_person().filter(reach_of(user).of("customer__"), owner__isnull=False)
    awake = Q(snoozed_until__isnull=True) | days.where(lambda on: Q(snoozed_until__lte=on))
    rows = waiting.filter(awake).values("owner")
    counted = rows.annotate(
        waiting=Count("pk"),
        late=Count("pk", filter=days.where(lambda on: Q(opened_on__lt=on))),
        to_approve=Count("pk", filter=Q(state=ActionState.TO_APPROVE)),
    ).order_by("-waiting", "owner")
    people = User.objects.in_bulk([row["owner"] for row in counted])
    away = set(
        Absence.objects.filter(starts_on__lte=days.usual, ends_on__gte=days.usual).values_list("user", flat=True)
    )
    return [
        Workload(people[row["owner"]], row["waiting"], row["late"], row["to_approve"], row["owner"] in away)
        for row in counted
    ]


def unassigned(user: User, *, days: Days) -> str:
    """Tasks to do now that nobody has, beyond the capacity of their team or without a team: those of the list the
    number leads to, counted as beside its filter; above COUNTED, only that they are more."""
    filters = WorklistFilters({"portfolio": "unassigned"}, user=user, days=days)
    return _at_most_counted(portfolio_counters(filters)["unassigned"])


def unplanned(user: User, *, days: Days) -> str:
    """Customers who are late with nothing to come, as the last nights left them: those of the list the number leads
    to; above COUNTED, only that they are more."""
    filters = CustomerFilters({"situation": NOTHING_PLANNED}, user=user, days=days)
    return _at_most_counted(filters.narrow()[: COUNTED + 1].count())


def _at_most_counted(number: int) -> str:
    return formats.number(number) if number <= COUNTED else f">\u00a0{formats.number(COUNTED)}"


def to_settle(user: User, *, at: datetime) -> dict[str, Any]:
    """Messages that wait for a person: nobody can tell whether they left, failed since `failed_since`, letters the
    next print batches may hold, and print batches nobody said were posted. Three statements."""
    entities, since = list(entities_of(user)), at - FAILED_LATELY
    states = {
        "ambiguous": Q(state=MessageState.AMBIGUOUS),
        "failed": Q(state=MessageState.FAILED, closed_at__gte=since),
    }
    rows = Message.objects.filter(states["ambiguous"] | states["failed"], entity__in=entities)
    counted = rows.aggregate(**{name: Count("pk", filter=condition) for name, condition in states.items()})
    batches = PrintBatch.objects.filter(entity__in=entities, state=BatchState.PREPARED)
    counted |= {"to_print": waiting_letters(*entities, at=at).count(), "to_post": batches.count()}
    return counted | {"failed_since": since.isoformat()}


@dataclass(frozen=True)
class Trend:
    """A currency of an entity over its last nights. `last`: what the last one told, of nothing where it told none."""

    entity: Entity
    currency: str
    chart: Chart
    last: DailyFigures


def trend(user: User) -> list[Trend]:
    """Open and overdue amounts of the last nights per entity and currency (its own first), oldest first."""
    nights: dict[int, set[date]] = defaultdict(set)
    told: dict[tuple[int, str], list[DailyFigures]] = defaultdict(list)
    for row in _last_figures(user):
        nights[row.entity_id].add(row.on)
        told[row.entity_id, row.currency].append(row)
    return [_of_nights(rows, sorted(nights[entity])) for (entity, _currency), rows in told.items()]


def _of_nights(rows: list[DailyFigures], nights: list[date]) -> Trend:
    """A currency of an entity, from its first row on: a night that tells of the entity but not of it found nothing."""
    first, by_night = rows[0], {row.on: row for row in rows}
    shown = [by_night.get(on) or _nothing(first, on) for on in nights if on >= first.on]

    def money(amount: Decimal) -> str:
        return formats.short_money(amount, first.currency)

    days = [Period(formats.day(row.on), (row.open_amount, row.overdue_amount), _said(row)) for row in shown]
    series = [_("Open amount"), _("Overdue")]
    chart = draw(_("Open and overdue, last nights"), series, days, money, inside=True)
    return Trend(first.entity, first.currency, chart, shown[-1])


def _nothing(like: DailyFigures, on: date) -> DailyFigures:
    """A night that found nothing open, as the trend reads it."""
    amounts = dict.fromkeys(("open_amount", "overdue_amount", "unapplied_amount"), Decimal(0))
    return DailyFigures(entity=like.entity, currency=like.currency, on=on, customers_overdue=0, **amounts)


def _said(row: DailyFigures) -> str:
    """A day in words, shown over its bar."""
    amounts = {"open": formats.money(row.open_amount, row.currency), "day": formats.day(row.on)}
    overdue = formats.money(row.overdue_amount, row.currency)
    return _("%(day)s: %(open)s open, %(overdue)s overdue") % {**amounts, "overdue": overdue}


def _last_figures(user: User) -> QuerySet[DailyFigures]:
    """Those of the last TREND_DAYS nights that told something of an entity."""
    nights = DailyFigures.objects.filter(entity=OuterRef("entity")).order_by("-on").values("on").distinct()
    earliest = Coalesce(Subquery(nights[TREND_DAYS - 1 : TREND_DAYS]), date.min)
    figures = DailyFigures.objects.filter(entity__in=entities_of(user), on__gte=earliest)
    foreign = Case(When(currency=F("entity__currency"), then=0), default=1)
    return figures.select_related("entity").order_by("entity__code", foreign, "currency", "on")


def nights_failed(user: User) -> int:
    """Nights that stopped and were not made good since."""
    return Run.objects.filter(entity__in=entities_of(user)).not_made_good().count()
