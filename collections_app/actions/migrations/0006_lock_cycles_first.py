from django.db import migrations

# Triggers of one event fire by name, and each locks its table: a removal and a night that write cycles and actions in
# opposite orders would wait for each other.
RENAME = "alter trigger {parent}_{before}_actions_cycle on {parent} rename to {parent}_{after}_actions_cycle"


def _renamed(parent: str) -> migrations.RunSQL:
    there = RENAME.format(parent=parent, before="kept_for", after="kept_first_for")
    return migrations.RunSQL(there, RENAME.format(parent=parent, before="kept_first_for", after="kept_for"))


class Migration(migrations.Migration):
    dependencies = [("actions", "0005_lines_keyed_by_what_they_join")]
    operations = [_renamed("accounts_entity"), _renamed("customers_customer")]
