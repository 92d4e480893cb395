from django.db import migrations, models

# As 0004 made it; what is being undone is in the books until it is.
BOOKS_SEEN_AT = """
-- When what an entity's customers owe or paid last came in by an instant: from a file that was imported of which a row was taken
-- (and not undone since), or through the API.
create or replace function books_seen_at(p_entity bigint, p_at timestamptz) returns timestamptz
language sql stable parallel safe as $$
    select max(seen.at)
    from (
        select b.finished_at as at from imports_batch b
        where b.entity_id = p_entity and b.status in {statuses} and b.format <> 'customers'
          and (b.rows_rejected = 0 or b.rows_rejected < b.rows_read)
        union all
        select f.at from imports_lastfeed f where f.entity_id = p_entity
    ) seen
    where seen.at <= p_at
$$
"""


class Migration(migrations.Migration):
    dependencies = [("imports", "0009_being_undone")]
    operations = [
        migrations.AddField(
            model_name="lastfeed", name="first_at", field=models.DateTimeField(editable=False, null=True)
        ),
        # Since when the API was used before is not known: until now is what may be said.
        migrations.RunSQL("update imports_lastfeed set first_at = at", migrations.RunSQL.noop),
        migrations.RunSQL(
            BOOKS_SEEN_AT.format(statuses="('done', 'undoing')"), BOOKS_SEEN_AT.format(statuses="('done')")
        ),
    ]
