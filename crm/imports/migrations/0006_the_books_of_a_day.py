from django.db import migrations

# The one place that says whether books are stale: who has paid since would be reminded. Without any they are.
BOOKS_OF = """
-- On which day of the entity what its customers owe or paid last came in by an instant, and whether that is too old on a day.
create function books_of(p_entity bigint, p_day date, p_at timestamptz) returns table (books_on date, stale boolean)
language sql stable parallel safe as $$
    select seen.day, entity.stale_after_days is not null and coalesce(p_day - seen.day > entity.stale_after_days, true)
    from accounts_entity entity
    cross join lateral (select (books_seen_at(entity.id, p_at) at time zone entity.time_zone)::date as day) seen
    where entity.id = p_entity
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("imports", "0005_complete_lists")]
    operations = [migrations.RunSQL(BOOKS_OF, "drop function books_of(bigint, date, timestamptz)")]
