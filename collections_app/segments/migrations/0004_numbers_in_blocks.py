from django.db import migrations

# The parts of a night insert side by side: with numbers in blocks each fills pages of its own. Gaps mean nothing.
IN_BLOCKS = "alter sequence segments_membership_id_seq cache 1000"
ONE_BY_ONE = "alter sequence segments_membership_id_seq cache 1"


class Migration(migrations.Migration):
    dependencies = [("segments", "0003_rehearsal_of_a_group")]
    operations = [migrations.RunSQL(IN_BLOCKS, ONE_BY_ONE)]
