"""Placing, lifting and ending holds."""

from datetime import date, datetime

from django.db import connection
from django.utils.translation import gettext_noop

from crm.accounts.models import Entity

HOLD_ENDED = gettext_noop("Hold ended: dunning resumes")

END_EXPIRED = """
with ended as (
    update holds_hold set ended_on = ends_on + 1, outcome = 'expired'
    where entity_id = %(entity)s and ended_on is null and ends_on < %(on)s
    returning id, entity_id, customer_id
), told as (
    insert into timeline_entry (at, entity_id, customer_id, kind, subject, about, about_id)
    select %(at)s, entity_id, customer_id, 'hold', %(subject)s, 'hold', id from ended
)
select count(*) from ended
"""


def end_expired_holds(entity: Entity, *, on: date, at: datetime) -> int:
    """End, in one statement, the holds whose last day is before `on`; how many. Each is told in the timeline."""
    with connection.cursor() as cursor:
        cursor.execute(END_EXPIRED, {"entity": entity.pk, "on": on, "at": at, "subject": HOLD_ENDED})
        return int(cursor.fetchone()[0])
