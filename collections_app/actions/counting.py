"""The numbers of the to-do list: beside its filters, above its rows, in the menu."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from collections_app.actions.conditions import Condition, condition
from collections_app.actions.forms import AGES, PORTFOLIOS, STATES, WorklistFilters, days_late, in_portfolio, in_state
from collections_app.actions.queries import within, worklist
from collections_app.actions.tallies import tallied
from crm.accounts.calendars import Days, days_at
from crm.accounts.models import User
from crm.core.formats import COUNTED, counted
from crm.customers.models import Channel
from crm.customers.reach import Reach, reach_of

MOST_IN_MENU = 1_000

COUNTING = """
select currency, sum(number)::int as everything, sum(amount) filter (where {waiting}) as waiting_amount, {columns}
from ({rows}) as actions_action
group by currency order by waiting_amount desc nulls last
"""
# Alike rows are put together first: each condition is then asked of some hundreds instead of ten thousand.
ALIKE = """
select entity_id, currency, state, channel, oldest_due_on, snoozed_until, escalated_on, count(*) as number,
       sum(amount) as amount
from ({rows}) r group by 1, 2, 3, 4, 5, 6, 7
"""
NUMBER = "coalesce(sum(number) filter (where {condition}), 0)::int"
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
    """Numbers beside the filters, by choice, and `total`, that of the rows listed, which stops at COUNTED + 1; `capped`
    when only the first rows of a set too large to be counted were: there are at least so many of each."""

    numbers: dict[str, int]
    sums: list[Money]
    capped: bool
    total: int

    def said(self, name: str) -> str:
        """The number of a choice in words, "> 10 000" beyond what we count."""
        return said(self.numbers[name], at_least=self.capped)


def said(number: int, *, at_least: bool = False) -> str:
    """A number as the pages write it."""
    return counted(number, COUNTED, at_least=at_least)


def counters(filters: WorklistFilters) -> Counters:
    """All numbers of the chosen portfolio and its sums by currency, whatever the number of choices; one statement, and
    a second for the total where rows are counted and are too many."""
    marks = _marks(filters.value("state"), *_key(filters.days))
    by_state_alone = not filters.value("channel") and not filters.value("age")
    listed = marks[f"state_{filters.value('state')}"] if by_state_alone else condition(filters.chosen_among())
    asked = {**marks, "total": listed}
    if _is_tallied(filters):
        return _summed(_counted(tallied(_scope(filters)), asked), asked)
    scope = filters.scope(worklist(filters.user)).order_by()
    try:
        found = _summed(_counted(_first_alike(scope), asked), asked)
    except EmptyResultSet:  # Django knows without asking: a person who was given nothing to see
        return _summed([], asked)
    if found.numbers["everything"] <= _read():
        return found
    if found.total > COUNTED:
        return replace(found, capped=True)
    whole = _most(_condition_of(scope), {"total": listed}, COUNTED + 1)
    (row,) = _rows(whole.sql, whole.params)
    return replace(found, capped=True, total=row["total"])


def _read() -> int:
    return COUNTED * 5 // 4


def _is_tallied(filters: WorklistFilters) -> bool:
    """Whether what is counted is added up already: nothing is asked of single actions, customers or owners. What is a
    person's own is few and is counted."""
    single = filters.value("q") or filters.value("minimum") or filters.value("portfolio") == "mine"
    return reach_of(filters.user).whole and not single


def _scope(filters: WorklistFilters) -> Q:
    reach = reach_of(filters.user)
    chosen = Q(entity=filters.value("entity")) if filters.value("entity") else Q()
    return reach.of() & in_portfolio(filters.value("portfolio"), reach) & chosen


def _first_alike(scope: Any) -> Condition:
    # With those that are not to be done now, these are most often enough to tell that there are more than COUNTED.
    rows, params = scope.values(*COUNTED_COLUMNS)[: _read() + 1].query.sql_with_params()
    return Condition(ALIKE.format(rows=rows), params)


def _counted(rows: Condition, marks: Mapping[str, Condition]) -> list[dict[str, Any]]:
    waiting = marks["state_waiting"]
    statement = COUNTING.format(waiting=waiting.sql, columns=_numbers(marks), rows=rows.sql)
    return _rows(statement, [*waiting.params, *_params(marks), *rows.params])


def _summed(found: list[dict[str, Any]], marks: Iterable[str]) -> Counters:
    """From one row per currency."""
    numbers = {name: sum(row[name] for row in found) for name in ("everything", *marks)}
    sums = [Money(row["waiting_amount"], row["currency"]) for row in found if row["state_waiting"]]
    return Counters(numbers, sums, capped=False, total=min(numbers.pop("total"), COUNTED + 1))


def _numbers(marks: Mapping[str, Condition]) -> str:
    return ", ".join(f"{NUMBER.format(condition=mark.sql)} as {name}" for name, mark in marks.items())


def _params(marks: Mapping[str, Condition]) -> list[Any]:
    return [param for mark in marks.values() for param in mark.params]


@lru_cache(maxsize=10 * len(STATES))
def _marks(state: str, usual: date, others: tuple[tuple[int, date], ...]) -> dict[str, Condition]:
    """What each choice asks, by its name; the same all day long. Channels and ages are those of the chosen state."""
    days = Days(usual, dict(others))
    listed = in_state(state, days)
    found: dict[str, Q] = {f"state_{name}": in_state(name, days) for name, _label in STATES}
    found |= {f"channel_{channel}": listed & Q(channel=channel) for channel in Channel.values}
    found |= {f"age_{bucket}": listed & days_late(bucket, days) for bucket, _label in AGES}
    found["waiting_91"] = in_state("waiting", days) & days_late("91", days)  # above the list, whatever is chosen
    return {name: condition(asked) for name, asked in found.items()}


def portfolio_counters(filters: WorklistFilters) -> dict[str, int]:
    """How many of the chosen state, entity and words are in each portfolio, in one statement; a number stops at
    COUNTED + 1. None beside a least amount: each would be a list of its own to read."""
    if filters.value("minimum"):
        return {}
    reach, key = reach_of(filters.user), (filters.value("state"), filters.value("entity") or "", *_key(filters.days))
    try:
        asked = _among_found(reach, filters.found, *key) if filters.value("q") else _portfolios(reach, *key)
    except EmptyResultSet:
        return {name: 0 for name, _label in PORTFOLIOS if name != "all"}
    (counted,) = _rows(asked.sql, asked.params)
    return {name: min(number, COUNTED + 1) for name, number in counted.items()}


@lru_cache(maxsize=1_000)
def _portfolios(reach: Reach, state: str, entity: str, *key: Any) -> Condition:
    """The statement that counts a state within reach by portfolio, the same until the day or the reach change. Raises
    EmptyResultSet when nothing is within reach."""
    listed, marks = _listed(state, entity, *key), _by_portfolio(reach)
    rows = _condition_of(within(reach).filter(listed))
    if not reach.whole:
        return _most(rows, marks, COUNTED + 1)
    mine = _most(rows, {"mine": marks.pop("mine")}, COUNTED + 1)
    alike = tallied(reach.of() & listed)
    sql = f"{mine.sql}, {_numbers(marks)} from ({alike.sql}) as actions_action"
    return Condition(sql, (*mine.params, *_params(marks), *alike.params))


def _among_found(reach: Reach, customers: list[int], *key: Any) -> Condition:
    """As `_portfolios`, of these customers; they are few."""
    rows = within(reach).filter(_listed(*key), customer__in=customers)
    return _most(_condition_of(rows), _by_portfolio(reach), COUNTED + 1)


def _listed(state: str, entity: str, usual: date, others: tuple[tuple[int, date], ...]) -> Q:
    return in_state(state, Days(usual, dict(others))) & (Q(entity=entity) if entity else Q())


def _by_portfolio(reach: Reach) -> dict[str, Condition]:
    return {name: condition(in_portfolio(name, reach)) for name, _label in PORTFOLIOS if name != "all"}


def _condition_of(rows: Any) -> Condition:
    return Condition(*rows.order_by().query.sql_with_params())


def _key(days: Days) -> tuple[date, tuple[tuple[int, date], ...]]:
    """The days as something that can be looked up."""
    return days.usual, tuple(sorted(days.others.items()))


def _most(rows: Condition, marks: Mapping[str, Condition], most: int) -> Condition:
    """The statement that says how many of `rows` meet each condition, counted up to `most`."""
    columns = ", ".join(
        f"{AT_MOST.format(rows=rows.sql, condition=mark.sql)} as {name}" for name, mark in marks.items()
    )
    asked = [param for mark in marks.values() for param in (*rows.params, *mark.params, most)]
    return Condition(f"select {columns}", tuple(asked))


def _rows(statement: str, params: Iterable[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(params))
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def waiting_for(user: User) -> int:
    """The number in the menu: what waits for this person today, at most MOST_IN_MENU."""
    days = days_at(timezone.now())
    waiting = _marks("waiting", *_key(days))["state_waiting"]
    (found,) = _rows(MINE.format(waiting=waiting.sql), [user.pk, *waiting.params, MOST_IN_MENU])
    return int(found["number"])
