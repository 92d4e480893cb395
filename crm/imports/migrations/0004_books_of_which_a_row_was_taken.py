from django.db import migrations

# As 0002 made it, and nothing of a file of which every row was refused.
BOOKS_SEEN_AT = """
-- When what an entity's customers owe or paid last came in by an instant: from a file that was imported{taken} (and not undone
-- since), or through the API.
create or replace function books_seen_at(p_entity bigint, p_at timestamptz) returns timestamptz
language sql stable parallel safe as $$
    select max(seen.at)
    from (
        select b.finished_at as at from imports_batch b
        where b.entity_id = p_entity and b.status = 'done' and b.format <> 'customers'{condition}
        union all
        select f.at from imports_lastfeed f where f.entity_id = p_entity
    ) seen
    where seen.at <= p_at
$$
"""
CONDITION = """
          and (b.rows_rejected = 0 or b.rows_rejected < b.rows_read)"""


class Migration(migrations.Migration):
    dependencies = [("imports", "0003_since_when_a_file_waits")]
    operations = [
        migrations.RunSQL(
            BOOKS_SEEN_AT.format(taken=", at least a row of it", condition=CONDITION),
            BOOKS_SEEN_AT.format(taken="", condition=""),
        )
    ]
