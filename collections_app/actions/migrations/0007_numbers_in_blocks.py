from django.db import migrations

# The parts of a night insert side by side: with numbers in blocks each fills pages of its own. Gaps mean nothing.
IN_BLOCKS = "alter sequence %s_id_seq cache 1000"
ONE_BY_ONE = "alter sequence %s_id_seq cache 1"


class Migration(migrations.Migration):
    dependencies = [("actions", "0006_lock_cycles_first")]
    operations = [migrations.RunSQL(IN_BLOCKS % table, ONE_BY_ONE % table) for table in ("actions_action", "actions_cycle")]
