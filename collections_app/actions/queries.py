"""Questions of the to-do list."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BooleanField,
    Count,
    DateField,
    ExpressionWrapper,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from collections_app.actions.forms import AGES, PORTFOLIOS, STATES, WorklistFilters, days_late, in_portfolio, in_state
from collections_app.actions.models import Action, ActionLine, ActionQuerySet
from collections_app.actions.urgency import MOST_URGENT, most_urgent, ranked
from collections_app.scenarios.models import Step
from crm.accounts.calendars import Days, days_at
from crm.accounts.models import User
from crm.core.keyset import Sort
from crm.customers.models import Channel, PlainText
from crm.customers.reach import reach_of

# Beyond it a counter says "> 10 000": exact figures of larger sets are the dashboards' business.
COUNTED = 10_000
NEVER = date(9999, 12, 31)

SORTS = {
    "customer": "customer_plain",
    "amount": "amount",
    "age": "due_or_never",
    "action": "channel",
}


def worklist(user: User) -> ActionQuerySet:
    """Every open action on the customers `user` may see."""
    return Action.objects.open().filter(reach_of(user).of("customer__"))


def sort_of(name: str) -> Sort:
    """The order called `name` in the address, most urgent first when the name is unknown.

    The age grows as the due date falls: "-age" (latest first) is the earliest due date first.
    """
    descending, bare = name.startswith("-"), name.lstrip("-")
    if name == "rank":
        return replace(MOST_URGENT, descending=False)
    if bare not in SORTS:
        return MOST_URGENT
    return Sort(SORTS[bare], descending=not descending if bare == "age" else descending)


def sortable(actions: ActionQuerySet, days: Days) -> ActionQuerySet:
    """With the columns the list is sorted by."""
    return ranked(actions, days).annotate(
        customer_plain=PlainText("customer__name"),
        due_or_never=Coalesce("oldest_due_on", Value(NEVER), output_field=DateField()),
    )


def with_row(actions: ActionQuerySet, days: Days) -> ActionQuerySet:
    """With all that a row of the list shows."""
    named = Step.objects.filter(version=OuterRef("scenario_version"), code=OuterRef("step_code"))
    lines = ActionLine.objects.filter(action=OuterRef("pk")).order_by().values("action")
    return sortable(actions.select_related("customer", "owner", "template"), days).annotate(
        step_name=Subquery(named.values("name")[:1]),
        line_count=Coalesce(Subquery(lines.annotate(count=Count("pk")).values("count")), 0),
    )


def first_rows(filters: WorklistFilters, actions: ActionQuerySet, sort: Sort, count: int) -> ActionQuerySet:
    """The first `count` of `actions` with their rows: their keys are found first, the rest is joined to those alone."""
    entity, *others = _entities(filters) or (0, 0)
    if sort.field == "customer_plain" and entity and not others:
        # Said of the customer too, the index of names by entity gives the order.
        actions = actions.filter(customer__entity=entity)
    keys: Any = actions.order_by(*sort.ordering).values("pk")[:count]
    if sort == MOST_URGENT and entity and not others and _may_be_many(filters):
        keys = most_urgent(actions, entity=entity, count=count)
    return with_row(Action.objects.filter(pk__in=keys), filters.days).order_by(*sort.ordering)[:count]


def _may_be_many(filters: WorklistFilters) -> bool:
    chosen = filters.value
    return chosen("portfolio") != "mine" and chosen("state") != "scheduled" and not chosen("q")


def _entities(filters: WorklistFilters) -> tuple[int, ...]:
    chosen = filters.value("entity")
    return (int(chosen),) if chosen else reach_of(filters.user).within


@dataclass(frozen=True)
class Money:
    """A sum in one currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Counters:
    """Numbers beside the filters, by choice; `capped` when the set is larger than we count."""

    numbers: dict[str, int]
    sums: list[Money]
    capped: bool


# The conditions are columns of the rows counted, so that one pass over at most COUNTED + 1 of them answers everything.
COUNTING = """
select currency, count(*) as everything, sum(amount) filter (where state_waiting) as waiting_amount,
       {columns}
from ({rows}) as counted group by currency order by waiting_amount desc nulls last"""


def counters(filters: WorklistFilters) -> Counters:
    """One query, whatever the number of choices: all numbers of the chosen portfolio, and its sums by currency."""
    choices = _choices(filters.days)
    marked = {name: ExpressionWrapper(condition, BooleanField()) for name, condition in choices.items()}
    rows = filters.scope(worklist(filters.user)).order_by().annotate(**marked)
    try:
        statement, params = rows.values("currency", "amount", *choices)[: COUNTED + 1].query.sql_with_params()
    except EmptyResultSet:  # Django knows without asking: a person who was given nothing to see
        return Counters(dict.fromkeys(("everything", *choices), 0), [], capped=False)
    columns = ", ".join(f"count(*) filter (where {name}) as {name}" for name in choices)
    with connection.cursor() as cursor:
        cursor.execute(COUNTING.format(columns=columns, rows=statement), params)
        found = [dict(zip([column.name for column in cursor.description or ()], row, strict=True)) for row in cursor]
    numbers = {name: sum(row[name] for row in found) for name in ("everything", *choices)}
    sums = [Money(row["waiting_amount"], row["currency"]) for row in found if row["waiting_amount"] is not None]
    return Counters(numbers, sums, numbers["everything"] > COUNTED)


def _choices(days: Days) -> dict[str, Q]:
    waiting = in_state("waiting", days)
    found: dict[str, Q] = {f"state_{name}": in_state(name, days) for name, _label in STATES}
    found |= {f"channel_{channel}": waiting & Q(channel=channel) for channel in Channel.values}
    return found | {f"age_{bucket}": waiting & days_late(bucket, days) for bucket, _label in AGES}


def portfolio_counters(user: User, days: Days) -> dict[str, int]:
    """What waits in each portfolio, one query each; a number stops at COUNTED."""
    waiting = worklist(user).filter(in_state("waiting", days)).order_by()
    counted = [name for name, _label in PORTFOLIOS if name != "all"]
    return {name: waiting.filter(in_portfolio(name, user))[:COUNTED].count() for name in counted}


def total(filters: WorklistFilters) -> int:
    """How many rows the filters leave; stops at COUNTED + 1."""
    return filters.narrow(worklist(filters.user)).order_by()[: COUNTED + 1].count()


def waiting_for(user: User) -> int:
    """The number in the menu: what waits for this person today, at most 1000."""
    mine = Action.objects.open().filter(in_state("waiting", days_at(timezone.now())), owner=user)
    return mine[:1000].count()


def of_colleagues(actions: Iterable[int], user: User) -> ActionQuerySet:
    """The open actions among these keys that `user` may see: what a verb is allowed to touch."""
    return worklist(user).filter(pk__in=actions)
