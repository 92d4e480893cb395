"""The order of the to-do list: most urgent first, on the day it is read.

rank = weight x (1 + days late / 30), ties by customer. `weight` is what the account owes late, in the currency of the
entity, as a floating-point number: it puts tasks in order and is never added up. The days are counted when the list is
read, so that a night writes nothing for an action nothing happened to. Claims to be declared come before all that, the
first judgment first: theirs is a weight no account has (declaring.py).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, DateField, DecimalField, Func, QuerySet, Value, When

from collections_app.actions.models import WITH_OLDER_DEBTS, ActionQuerySet
from crm.accounts.calendars import Days
from crm.core.keyset import Sort
from crm.core.sql import statement

# What the indexes on open actions are of, as `dates_of_nobody` says it and for those that leave by themselves.
OF_A_PERSON, LEAVING = "state in ('todo', 'to_approve')", "state = 'scheduled'"
COLUMNS = ("id", "owner_id", "customer_id", "late_since_on", "weight", "rank")
MOST_URGENT = Sort("rank", descending=True, then=("customer_id",))


def ranked(actions: ActionQuerySet, days: Days) -> ActionQuerySet:
    """With `rank`, as it is on the date of each action's own entity."""
    when = [When(entity_id=entity, then=Value(on)) for entity, on in days.others.items()]
    on = Case(*when, default=Value(days.usual), output_field=DateField()) if when else Value(days.usual)
    rank = Func("weight", "late_since_on", on, function="action_rank", output_field=DecimalField())
    return actions.annotate(rank=rank)


Span = tuple[date, date]


def most_urgent(
    actions: ActionQuerySet,
    *,
    entity: int,
    days: Days,
    count: int,
    ceiling: Decimal | None = None,
    due: Sequence[Span] = (),
    scheduled: bool = False,
) -> list[int]:
    """Keys of the `count` most urgent of `actions` (ranked), all of one entity and waiting for a person, or all
    `scheduled`: each kind has its index. `ceiling` says that none of them ranks higher, `due` that the oldest invoice
    of each fell due within one of these spans.

    A person has few tasks: his are read and sorted. Those of nobody may be a million, but of those late since the same
    date the heaviest ranks highest, which is the order of the index `actions_worklist`. Where the due date matters too,
    those late since a date outside its spans have older debts: they are few, and are read and sorted as well.
    """
    bare = actions.order_by().values(*COLUMNS)
    unowned = bare.filter(owner__isnull=True)
    apart = bare.filter(owner__isnull=False)
    try:
        if due:
            older = unowned.filter(WITH_OLDER_DEBTS)
            apart = apart.union(*(older.filter(late_since_on__range=gap) for gap in _between(due)), all=True)
        sorted_apart, of_apart = _named(apart, "apart")
        by_date, of_nobody = _named(unowned, "unowned")
    except EmptyResultSet:  # Django knows without asking: the team of who has none
        return []
    params: dict[str, Any] = {
        "entity": entity, "on": days.of(entity), "count": count, "ceiling": ceiling,
        "since": [first for first, _last in due] or None, "until": [last for _first, last in due] or None,
    }  # fmt: skip
    dates = statement("collections_app.actions", "dates_of_nobody")
    sql = statement("collections_app.actions", "most_urgent").format(
        apart=sorted_apart, unowned=by_date, dates=dates.replace(OF_A_PERSON, LEAVING) if scheduled else dates
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, params | of_apart | of_nobody)
        return [key for (key,) in cursor.fetchall()]


def _between(spans: Sequence[Span]) -> list[Span]:
    """The spans of the calendar that these leave out."""
    day, start, gaps = timedelta(days=1), date.min, []
    for first, last in sorted(spans):
        if first > start:
            gaps.append((start, first - day))
        start = max(start, last + day)
    return [*gaps, (start, date.max)]


def _named(rows: QuerySet[Any], prefix: str) -> tuple[str, dict[str, Any]]:
    """The SQL of `rows` with its parameters by name, so that it may stand several times in a statement."""
    sql, values = rows.query.sql_with_params()
    params = {f"{prefix}_{place}": value for place, value in enumerate(values)}
    return sql.replace("%%", "%%%%") % tuple(f"%({name})s" for name in params), params
