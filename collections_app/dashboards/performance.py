"""How well an entity is paid, month by month, in one currency: the figures of ../shared/domain/collections.md §2,
each with what it is divided by. What the books cannot tell yet is told as such and never guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from collections_app.actions.labels import Outcome
from collections_app.actions.models import Action, ActionState
from crm.accounts.calendars import today
from crm.accounts.models import Entity, User
from crm.accounts.queries import entities_of
from crm.core.sql import statement
from crm.holds import queries as holds
from crm.imports.models import IN_THE_BOOKS, Batch, Format
from crm.imports.queries import first_feed_at
from crm.receivables.days import MonthOfBooks, first_days, months_of_books

MONTHS = 12
# Sales of so many months stand under the simple DSO: one alone swings with its invoices.
SALES_MONTHS = 3
ACTIONS_DAYS = 30
ZERO = Decimal(0)


@dataclass(frozen=True)
class Ratio:
    """A figure with what it is made of; nothing where it cannot be told. A share is between 0 and 1."""

    numerator: Decimal
    denominator: Decimal
    times: Decimal = Decimal(1)

    @property
    def value(self) -> Decimal | None:
        """The figure, nothing where it would be divided by nothing."""
        return self.numerator * self.times / self.denominator if self.denominator > 0 else None


@dataclass(frozen=True)
class Month:
    """A complete month, by the days of the books. `receivables`: the balance at its end. `not_due`: what of it was not
    yet late (the due day itself is not), less the unapplied money that exceeds what was late. `known`: whether the
    books hold all that it invoiced."""

    first: date
    sales: Decimal
    credit_notes: Decimal
    cash: Decimal
    closed: Decimal
    settled: int
    receivables: Decimal
    not_due: Decimal
    known: bool

    @property
    def days(self) -> int:
        """How many it has."""
        return (following(self.first) - self.first).days

    @property
    def net_sales(self) -> Decimal:
        """Invoices less credit notes."""
        return self.sales - self.credit_notes


def following(first: date) -> date:
    """The first day of the next month."""
    return (first + timedelta(days=31)).replace(day=1)


def simple_dso(months: Sequence[Month]) -> Ratio | None:
    """Receivables at the end of the last month, by the sales of the last SALES_MONTHS, times their days."""
    return _by_sales(months, months[-1].receivables) if months else None


def best_dso(months: Sequence[Month]) -> Ratio | None:
    """The same of what was not yet due: nobody can be paid sooner than he agreed to."""
    return _by_sales(months, months[-1].not_due) if months else None


def _by_sales(months: Sequence[Month], amount: Decimal) -> Ratio | None:
    lately = months[-SALES_MONTHS:]
    if len(lately) < SALES_MONTHS or not all(month.known for month in lately):
        return None
    days = Decimal(sum(month.days for month in lately))
    return Ratio(amount, sum((month.net_sales for month in lately), ZERO), days)


def delinquency(months: Sequence[Month]) -> Decimal | None:
    """Average days delinquent: simple DSO less best possible DSO, both by the same sales."""
    whole, best = simple_dso(months), best_dso(months)
    if whole is None or best is None or whole.value is None or best.value is None:
        return None
    return whole.value - best.value


def count_back(months: Sequence[Month]) -> Decimal | None:
    """DSO by exhaustion: the sales of the last months are taken off the receivables, newest first. A month taken
    whole adds its days, the last one its part of them. Nothing where the sales known do not reach back so far, or a
    month sold nothing."""
    return _counted(months)[0]


def _counted(months: Sequence[Month]) -> tuple[Decimal | None, bool]:
    """The days, and whether there are none because a month sold nothing."""
    left, days = months[-1].receivables if months else ZERO, ZERO
    for month in reversed(months):
        if left <= 0:
            break
        if not month.known or month.net_sales <= 0:
            return None, month.known
        share = min(Decimal(1), left / month.net_sales)
        days += share * month.days
        left -= month.net_sales
    return (days if months and left <= 0 else None), False


def effectiveness(months: Sequence[Month]) -> Ratio | None:
    """Collection effectiveness index of the last month: of all that could be collected in it, the part that was."""
    if len(months) < 2 or not months[-1].known:
        return None
    opening, month = months[-2].receivables, months[-1]
    asked = opening + month.net_sales
    return Ratio(asked - month.receivables, asked - month.not_due)


@dataclass(frozen=True)
class Kept:
    """Promises whose day came in a month: how many, and for how many all that was promised had come by that day."""

    month: date
    matured: int
    kept: int

    @property
    def rate(self) -> Decimal | None:
        """The part that was kept."""
        return Decimal(self.kept) / self.matured if self.matured else None


@dataclass(frozen=True)
class Told:
    """A month with every figure of it. `unsold`: a month that sold nothing keeps it from being counted back."""

    month: Month
    simple: Ratio | None
    best: Ratio | None
    delinquent: Decimal | None
    counted: Decimal | None
    unsold: bool
    effective: Ratio | None
    promises: Kept


def offered(user: User) -> list[tuple[Entity, str]]:
    """Entities the person sees whole, in each currency they ever invoiced in, that of the books first."""
    entities = list(entities_of(user).order_by("code"))
    met = first_days(entities)
    return [
        (entity, currency)
        for entity in entities
        for currency in sorted(met.get(entity.pk, ()), key=lambda code: (code != entity.currency, code))
    ]


def months(entity: Entity, currency: str, *, on: date) -> list[Month]:
    """Every complete month since the first that the books know of, oldest first."""
    books = months_of_books(entity, currency)
    if not books:
        return []
    complete_from = _complete_from(entity, currency)
    found, receivables, not_due, first = [], ZERO, ZERO, min(books)
    while first < on.replace(day=1):
        sums = books.get(first) or MonthOfBooks(first)
        receivables += sums.balance
        not_due += sums.not_due
        # What unapplied money leaves of it: the oldest due is covered first.
        net = max(ZERO, min(not_due, receivables))
        known = complete_from is not None and first >= complete_from
        found.append(
            Month(
                first,
                sums.invoices,
                sums.credit_notes,
                sums.payments,
                sums.closed,
                sums.settled,
                receivables,
                net,
                known,
            )
        )
        first = following(first)
    return found


def _complete_from(entity: Entity, currency: str) -> date | None:
    """The first day of the first month of which the books hold every invoice: the one after the first invoice came
    in; without a FEC the one after the first list or transmission, which say nothing of what was paid before."""
    first = first_days([entity]).get(entity.pk, {}).get(currency)
    if first is None:
        return None
    done = Batch.objects.filter(entity=entity, status__in=IN_THE_BOOKS, format__in=(Format.FEC, Format.OPEN_ITEMS))
    told = done.aggregate(
        list=Min("finished_at", filter=Q(format=Format.OPEN_ITEMS)), fec=Min("pk", filter=Q(format=Format.FEC))
    )
    began = [at for at in (told["list"], first_feed_at(entity)) if at]
    if began and not told["fec"]:
        first = max(first, today(entity, min(began)))
    return first if first.day == 1 else following(first)


def told(entity: Entity, currency: str, *, on: date) -> list[Told]:
    """The last MONTHS complete months, oldest first."""
    known = months(entity, currency, on=on)
    promised = promises(entity, since=known[-MONTHS:][0].first if known else on, until=on)
    found = []
    for place in range(max(0, len(known) - MONTHS), len(known)):
        so_far, month = known[: place + 1], known[place]
        kept = promised.get(month.first, Kept(month.first, 0, 0))
        simple, best, late = simple_dso(so_far), best_dso(so_far), delinquency(so_far)
        found.append(Told(month, simple, best, late, *_counted(so_far), effectiveness(so_far), kept))
    return found


def promises(entity: Entity, *, since: date, until: date) -> dict[date, Kept]:
    """Promises whose day lies from `since` up to but not including `until`, by month. In every currency. One
    statement."""
    of_a_period = "and h.ends_on >= %(since)s and h.ends_on < %(until)s"
    asked = statement("collections_app.dashboards", "promises").replace(
        "/* promises */", holds.promises(of_a_period, kept_by="h.ends_on").rstrip()
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, {"entity": entity.pk, "since": since, "until": until})
        return {month: Kept(month, matured, kept) for month, matured, kept in cursor.fetchall()}


@dataclass(frozen=True)
class Doer:
    """What a person did, by outcome in the order of the heads."""

    user: User | None
    counts: list[int]

    @property
    def all(self) -> int:
        """Of any outcome."""
        return sum(self.counts)


def done(entity: Entity, *, since: date) -> tuple[list[str], list[Doer]]:
    """Outcomes met since a day, and who closed how many actions with each, the most first; what left by itself is
    nobody's. Two statements."""
    since_at = datetime.combine(since, time.min, ZoneInfo(entity.time_zone))
    counted: QuerySet[Action, Any] = (
        Action.objects.filter(entity=entity, state=ActionState.DONE, closed_by__isnull=False, closed_at__gte=since_at)
        .values("closed_by", "outcome")
        .annotate(count=Count("pk"))
        .order_by()
    )
    by_person: dict[int, dict[str, int]] = {}
    for row in counted:
        by_person.setdefault(row["closed_by"], {})[row["outcome"]] = row["count"]
    met = {outcome for counts in by_person.values() for outcome in counts}
    order = [*(str(code) for code in Outcome.values if code in met), *sorted(met - set(Outcome.values))]
    labels = dict(Outcome.choices)
    people = User.objects.in_bulk(by_person)
    doers = [Doer(people.get(pk), [counts.get(code, 0) for code in order]) for pk, counts in by_person.items()]
    return [str(labels.get(code, code)) for code in order], sorted(doers, key=lambda one: (-one.all, str(one.user)))
