"""The order of the to-do list: most urgent first, on the day it is read.

rank = weight x (1 + days late / 30), ties by customer. `weight` is what the account owes late, in the currency of the
entity; the days are counted when the list is read, so that a night writes nothing for an action nothing happened to.
"""

from django.db import connection
from django.db.models import Case, DateField, DecimalField, Func, Value, When

from collections_app.actions.models import ActionQuerySet
from crm.accounts.calendars import Days
from crm.core.keyset import Sort

COLUMNS = ("id", "customer_id", "late_since_on", "weight", "rank")
MOST_URGENT = Sort("rank", descending=True, then=("customer_id",))

# One date after the other is found by the index, then the heaviest of each: a page of n rows lies within the n dates
# whose heaviest rank highest.
KEYS = """
with recursive since as (
    (select late_since_on as "on" from actions_action
     where entity_id = %s and owner_id is null and state in ('todo', 'to_approve') order by late_since_on limit 1)
    union all
    select (select x.late_since_on from actions_action x
            where x.entity_id = %s and x.owner_id is null and x.state in ('todo', 'to_approve')
              and x.late_since_on > since."on" order by x.late_since_on limit 1)
    from since where since."on" is not null
),
heaviest as (
    select since."on" from since cross join lateral (
        select u.rank from ({unowned}) u where u.late_since_on = since."on" order by u.weight desc limit 1
    ) one
    order by one.rank desc fetch first %s rows with ties
),
of_nobody as (
    select u.* from heaviest cross join lateral (
        select u.* from ({unowned}) u where u.late_since_on = heaviest."on"
        order by u.weight desc, u.customer_id, u.id limit %s
    ) u
)
select id from (select * from ({owned}) o union all select * from of_nobody) x
order by rank desc, customer_id, id limit %s
"""


def ranked(actions: ActionQuerySet, days: Days) -> ActionQuerySet:
    """With `rank`, as it is on the date of each action's own entity."""
    when = [When(entity_id=entity, then=Value(on)) for entity, on in days.others.items()]
    on = Case(*when, default=Value(days.usual), output_field=DateField()) if when else Value(days.usual)
    rank = Func("weight", "late_since_on", on, function="action_rank", output_field=DecimalField())
    return actions.annotate(rank=rank)


def most_urgent(actions: ActionQuerySet, *, entity: int, count: int) -> list[int]:
    """Keys of the `count` most urgent of `actions` (ranked), all of one entity and waiting for a person.

    A person has few tasks: his are read and sorted. Those of nobody may be a million, but of those late since the same
    date the heaviest ranks highest, which is the order of the index `actions_worklist`.
    """
    bare = actions.order_by().values(*COLUMNS)
    owned, of_owners = bare.filter(owner__isnull=False).query.sql_with_params()
    unowned, of_nobody = bare.filter(owner__isnull=True).query.sql_with_params()
    params = [entity, entity, *of_nobody, count, *of_nobody, count, *of_owners, count]
    with connection.cursor() as cursor:
        cursor.execute(KEYS.format(owned=owned, unowned=unowned), params)
        return [key for (key,) in cursor.fetchall()]
