"""The numbers of the to-do list: beside its filters, above its rows, in the menu."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import Q
from django.db.models.sql import Query
from django.utils import timezone

from collections_app.actions.forms import AGES, PORTFOLIOS, STATES, WorklistFilters, days_late, in_portfolio, in_state
from collections_app.actions.models import Action
from collections_app.actions.queries import within, worklist
from crm.accounts.calendars import Days, days_at
from crm.accounts.models import User
from crm.customers.models import Channel
from crm.customers.reach import Reach, reach_of

# Beyond it a counter says "> 10 000": exact figures of larger sets are the dashboards' business.
COUNTED = 10_000
MOST_IN_MENU = 1_000

# Alike rows are put together first: each condition is then asked of some hundreds instead of ten thousand.
COUNTING = """
select currency, sum(number)::int as everything, sum(amount) filter (where {waiting}) as waiting_amount, {columns}
from (select entity_id, currency, state, channel, oldest_due_on, snoozed_until, escalated_on, count(*) as number,
             sum(amount) as amount
      from ({rows}) r group by 1, 2, 3, 4, 5, 6, 7) as actions_action
group by currency order by waiting_amount desc nulls last
"""
COLUMN = "coalesce(sum(number) filter (where {condition}), 0)::int as {name}"
COUNTED_COLUMNS = (
    "entity_id", "currency", "state", "channel", "oldest_due_on", "snoozed_until", "escalated_on", "amount"
)  # fmt: skip
AT_MOST = "(select count(*) from (select from ({rows}) as actions_action where {condition} limit %s) r)"

MINE = """
select count(*) as number from (select from actions_action where owner_id = %s and {waiting} limit %s) r
"""


@dataclass(frozen=True)
class Money:
    """A sum in one currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Counters:
    """Numbers beside the filters, by choice, and `total`, that of the rows listed; `capped` when the set is larger
    than we count: `total` then stops at COUNTED + 1."""

    numbers: dict[str, int]
    sums: list[Money]
    capped: bool
    total: int


@dataclass(frozen=True)
class Condition:
    """What is asked of a row of actions, as SQL on its own columns; or such rows themselves."""

    sql: str
    params: tuple[Any, ...]


def condition(asked: Q) -> Condition:
    """The SQL of conditions on columns of actions."""
    query = Query(Action)
    query.add_q(asked)
    try:
        sql, params = query.get_compiler(connection=connection).compile(query.where)
    except EmptyResultSet:
        return Condition("false", ())
    except FullResultSet:
        return Condition("true", ())
    return Condition(sql, tuple(params))


def counters(filters: WorklistFilters) -> Counters:
    """All numbers of the chosen portfolio and its sums by currency, whatever the number of choices; one statement, and
    a second for the total of what is too large to be counted whole."""
    marks = _marks(*_key(filters.days))
    by_state_alone = not filters.value("channel") and not filters.value("age")
    listed = marks[f"state_{filters.value('state')}"] if by_state_alone else condition(filters.chosen_among())
    scope = filters.scope(worklist(filters.user)).order_by()
    try:
        found = _counted(scope, {**marks, "total": listed})
    except EmptyResultSet:  # Django knows without asking: a person who was given nothing to see
        return Counters(dict.fromkeys(("everything", *marks), 0), [], capped=False, total=0)
    numbers = {name: sum(row[name] for row in found) for name in ("everything", *marks, "total")}
    sums = [Money(row["waiting_amount"], row["currency"]) for row in found if row["waiting_amount"] is not None]
    capped, total = numbers["everything"] > COUNTED, numbers.pop("total")
    if capped and total <= COUNTED:
        total = _at_most(Condition(*scope.query.sql_with_params()), {"total": listed}, COUNTED + 1)["total"]
    return Counters(numbers, sums, capped, total)


def _counted(scope: Any, marks: Mapping[str, Condition]) -> list[dict[str, Any]]:
    rows, params = scope.values(*COUNTED_COLUMNS)[: COUNTED + 1].query.sql_with_params()
    columns = ", ".join(COLUMN.format(condition=mark.sql, name=name) for name, mark in marks.items())
    waiting = marks["state_waiting"]
    asked = [*waiting.params, *(param for mark in marks.values() for param in mark.params), *params]
    return _rows(COUNTING.format(waiting=waiting.sql, columns=columns, rows=rows), asked)


@lru_cache(maxsize=10)
def _marks(usual: date, others: tuple[tuple[int, date], ...]) -> dict[str, Condition]:
    """What each choice asks, by its name; the same all day long."""
    days = Days(usual, dict(others))
    waiting = in_state("waiting", days)
    found: dict[str, Q] = {f"state_{name}": in_state(name, days) for name, _label in STATES}
    found |= {f"channel_{channel}": waiting & Q(channel=channel) for channel in Channel.values}
    found |= {f"age_{bucket}": waiting & days_late(bucket, days) for bucket, _label in AGES}
    return {name: condition(asked) for name, asked in found.items()}


def portfolio_counters(user: User, days: Days) -> dict[str, int]:
    """What waits in each portfolio, in one statement; a number stops at COUNTED."""
    waiting, portfolios = _portfolios(reach_of(user), *_key(days))
    return _at_most(waiting, portfolios, COUNTED) if waiting else dict.fromkeys(portfolios, 0)


@lru_cache(maxsize=1_000)
def _portfolios(
    reach: Reach, usual: date, others: tuple[tuple[int, date], ...]
) -> tuple[Condition | None, dict[str, Condition]]:
    """The rows that wait within reach and what each portfolio asks of them, the same until the day or the reach change;
    None when nothing is within reach."""
    waiting = within(reach).filter(in_state("waiting", Days(usual, dict(others)))).order_by()
    asked = {name: condition(in_portfolio(name, reach)) for name, _label in PORTFOLIOS if name != "all"}
    try:
        return Condition(*waiting.query.sql_with_params()), asked
    except EmptyResultSet:
        return None, asked


def _key(days: Days) -> tuple[date, tuple[tuple[int, date], ...]]:
    """The days as something that can be looked up."""
    return days.usual, tuple(sorted(days.others.items()))


def _at_most(rows: Condition, marks: Mapping[str, Condition], most: int) -> dict[str, int]:
    """How many of `rows` meet each condition, counted up to `most`; one statement."""
    columns = ", ".join(
        f"{AT_MOST.format(rows=rows.sql, condition=mark.sql)} as {name}" for name, mark in marks.items()
    )
    asked = [param for mark in marks.values() for param in (*rows.params, *mark.params, most)]
    (found,) = _rows(f"select {columns}", asked)
    return found


def _rows(statement: str, params: Iterable[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(params))
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def waiting_for(user: User) -> int:
    """The number in the menu: what waits for this person today, at most MOST_IN_MENU."""
    days = days_at(timezone.now())
    waiting = _marks(*_key(days))["state_waiting"]
    (found,) = _rows(MINE.format(waiting=waiting.sql), [user.pk, *waiting.params, MOST_IN_MENU])
    return int(found["number"])
