"""Open actions already added up by what the counters of the to-do list ask: read instead of the actions themselves.

Triggers on actions add a row for each change (migration 0002), in the same transaction: a sum of the rows is never
older than the actions. Adding waits for nobody, as changing a counter would; `squash` keeps the rows few.
"""

from django.db import transaction
from django.db.models import Q

from collections_app.actions.conditions import Condition, condition
from crm.core.sql import run

# With the columns conditions on actions speak of; of an owner only that there is one.
TALLIED = """
select * from (select *, case when owned then 0 end as owner_id from actions_tally) as actions_action where {scope}
"""


def tallied(scope: Q) -> Condition:
    """SELECT of what is added up of the open actions in `scope`, which may speak of entity, team, no owner, currency,
    state, channel and the dates; columns of actions, with `number` and the sum of their `amount`."""
    asked = condition(scope)
    return Condition(TALLIED.format(scope=asked.sql), asked.params)


@transaction.atomic
def squash() -> int:
    """Put rows of alike actions together; how many were. Two at a time leave each other's rows alone."""
    return run("collections_app.actions", "squash", {})
