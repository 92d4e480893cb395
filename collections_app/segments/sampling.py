"""Some customers of a large entity, the same at each question, from whom a count of all is told while one types."""

import json
from dataclasses import dataclass

from django.db import connection

from crm.accounts.models import Entity
from crm.core.among import EVERYBODY, Among, named

# Up to so many customers everybody is asked; of more, about so many.
ASKED_WHOLE = 20_000
ASKED = 4_000

SOME = """
select id from customers_customer tablesample system (%(percent)s) repeatable (1) where entity_id = %(entity)s
"""


@dataclass(frozen=True)
class Sample:
    """Who is asked, and for how many customers each of them stands; `asked` is None when everybody is."""

    among: Among
    each: float
    asked: int | None

    def told(self, count: int) -> int:
        """How many of all, when so many of the sample answer yes: two figures, as it is not known better."""
        if self.asked is None:
            return count
        whole = round(count * self.each)
        return round(whole, 2 - len(str(whole))) if whole > 99 else whole


def sample_of(entity: Entity) -> Sample:
    """Everybody in a small entity; two statements."""
    with connection.cursor() as cursor:
        # What the planner expects costs nothing to ask, where counting would read every customer.
        cursor.execute("explain (format json) select from customers_customer where entity_id = %s", [entity.pk])
        plan = cursor.fetchone()[0]
        expected = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"]
        if expected <= ASKED_WHOLE:
            return Sample(EVERYBODY, 1, None)
        percent = min(100, 100 * ASKED / expected)
        cursor.execute(SOME, {"percent": percent, "entity": entity.pk})
        keys = [key for (key,) in cursor.fetchall()]
    return Sample(named(keys), 100 / percent, len(keys))
