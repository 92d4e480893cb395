"""A night writes new dates on some rows of every page: with room left there, a row stays on its page and its index is
left alone. Rows written from now on; those there are find room as they change."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("segments", "0007_one_group_at_a_time_again")]

    operations = [
        migrations.RunSQL(
            "alter table segments_membership set (fillfactor = 90)", "alter table segments_membership reset (fillfactor)"
        ),
    ]
