from django.db import migrations, models

CHANGED = """
create function core_changed_in() returns trigger language plpgsql as $$
begin
    new.changed_in := pg_current_xact_id();
    return new;
end $$
"""
FOLLOWED = """
alter table core_removed add column changed_in xid8 not null default pg_current_xact_id();
create index core_removed_followed on core_removed (entity_id, changed_in, id);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_extensions_and_functions")]
    operations = [
        migrations.RunSQL(CHANGED, "drop function core_changed_in()"),
        migrations.CreateModel(
            name="Removed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entity_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("external_id", models.CharField(max_length=120)),
                ("installment", models.PositiveSmallIntegerField(null=True)),
                ("removed_at", models.DateTimeField(db_default=models.functions.Now())),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunSQL(FOLLOWED, migrations.RunSQL.noop),
    ]
