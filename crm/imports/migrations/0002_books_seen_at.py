from django.db import migrations, models
import django.db.models.deletion

BOOKS_SEEN_AT = """
-- When what an entity's customers owe or paid last came in by an instant: from a file that was imported (and not undone
-- since), or through the API.
create function books_seen_at(p_entity bigint, p_at timestamptz) returns timestamptz
language sql stable parallel safe as $$
    select max(seen.at)
    from (
        select b.finished_at as at from imports_batch b
        where b.entity_id = p_entity and b.status = 'done' and b.format <> 'customers'
        union all
        select f.at from imports_lastfeed f where f.entity_id = p_entity
    ) seen
    where seen.at <= p_at
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_api_tokens"),
        ("imports", "0001_batches_profiles_and_known_lines"),
    ]
    operations = [
        migrations.CreateModel(
            name="LastFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="received at")),
                (
                    "entity",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.entity",
                        verbose_name="entity",
                    ),
                ),
            ],
            options={"verbose_name": "last transmission", "verbose_name_plural": "last transmissions"},
        ),
        migrations.RunSQL(BOOKS_SEEN_AT, "drop function books_seen_at(bigint, timestamptz)"),
    ]
