from importlib import import_module

from django.db import migrations

BEFORE = import_module("crm.core.migrations.0003_removals_since_a_snapshot").CHECK

# A snapshot says nothing of the transaction that takes it: what this one removed itself counts as removed since.
REMOVED_SINCE = """
create function core_removed_since(parents text[], seen text) returns boolean language sql stable as $$
    select exists (
        select from core_removal r
        where r.parent = any(parents)
          and (not pg_visible_in_snapshot(r.removed_in, seen::pg_snapshot)
               or r.removed_in = pg_current_xact_id_if_assigned())
    )
$$
"""
ASKED_BEFORE = """exists (
        select from core_removal r
        where r.parent = any(tg_argv) and not pg_visible_in_snapshot(r.removed_in, seen::pg_snapshot)
    )"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_removals_since_a_snapshot")]
    operations = [
        migrations.RunSQL(REMOVED_SINCE, "drop function core_removed_since(text[], text)"),
        migrations.RunSQL(BEFORE.replace(ASKED_BEFORE, "core_removed_since(tg_argv, seen)"), BEFORE),
    ]
