"""Monthly partitions of the timeline, made ahead by the night."""

from datetime import date, timedelta

from django.db import connection

MONTHS_AHEAD = 3


def ensure_months(on: date) -> None:
    """Make the partitions of the months after `on`; one that would split rows already written is left out.

    Entries of months without a partition live in the default one.
    """
    firsts, day = [], on
    for _ in range(MONTHS_AHEAD):
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        firsts.append(day)
    with connection.cursor() as cursor:
        cursor.execute("select timeline_ensure_month(month) from unnest(%s::date[]) as month", [firsts])
