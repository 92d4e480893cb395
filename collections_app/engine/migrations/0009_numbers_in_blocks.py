from django.db import migrations

# The parts of a night insert side by side: with numbers in blocks each fills pages of its own. Gaps mean nothing.
IN_BLOCKS = "alter sequence engine_decision_id_seq cache 1000"
ONE_BY_ONE = "alter sequence engine_decision_id_seq cache 1"


class Migration(migrations.Migration):
    dependencies = [("engine", "0008_references_in_sets")]
    operations = [migrations.RunSQL(IN_BLOCKS, ONE_BY_ONE)]
