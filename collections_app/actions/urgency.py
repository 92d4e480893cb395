"""The order of the to-do list: most urgent first, on the day it is read.

rank = weight x (1 + days late / 30), ties by customer. `weight` is what the account owes late, in the currency of the
entity; the days are counted when the list is read, so that a night writes nothing for an action nothing happened to.
"""

from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, DateField, DecimalField, Func, QuerySet, Value, When

from collections_app.actions.models import ActionQuerySet
from crm.accounts.calendars import Days
from crm.core.keyset import Sort
from crm.core.sql import statement

COLUMNS = ("id", "owner_id", "customer_id", "late_since_on", "weight", "rank")
MOST_URGENT = Sort("rank", descending=True, then=("customer_id",))


def ranked(actions: ActionQuerySet, days: Days) -> ActionQuerySet:
    """With `rank`, as it is on the date of each action's own entity."""
    when = [When(entity_id=entity, then=Value(on)) for entity, on in days.others.items()]
    on = Case(*when, default=Value(days.usual), output_field=DateField()) if when else Value(days.usual)
    rank = Func("weight", "late_since_on", on, function="action_rank", output_field=DecimalField())
    return actions.annotate(rank=rank)


def most_urgent(
    actions: ActionQuerySet, *, entity: int, days: Days, count: int, ceiling: Decimal | None = None
) -> list[int]:
    """Keys of the `count` most urgent of `actions` (ranked), all of one entity and waiting for a person; `ceiling` says
    that none of them ranks higher.

    A person has few tasks: his are read and sorted. Those of nobody may be a million, but of those late since the same
    date the heaviest ranks highest, which is the order of the index `actions_worklist`.
    """
    bare = actions.order_by().values(*COLUMNS)
    try:
        owned, of_owners = _named(bare.filter(owner__isnull=False), "owned")
        unowned, of_nobody = _named(bare.filter(owner__isnull=True), "unowned")
    except EmptyResultSet:  # Django knows without asking: the team of who has none
        return []
    params = {"entity": entity, "on": days.of(entity), "count": count, "ceiling": ceiling} | of_owners | of_nobody
    sql = statement("collections_app.actions", "most_urgent").format(owned=owned, unowned=unowned)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [key for (key,) in cursor.fetchall()]


def _named(rows: QuerySet[Any], prefix: str) -> tuple[str, dict[str, Any]]:
    """The SQL of `rows` with its parameters by name, so that it may stand several times in a statement."""
    sql, values = rows.query.sql_with_params()
    params = {f"{prefix}_{place}": value for place, value in enumerate(values)}
    return sql.replace("%%", "%%%%") % tuple(f"%({name})s" for name in params), params
