"""A night writes new dates on some rows of every page: with room left there, a row stays on its page and its index is
left alone. Rows written from now on; those there are find room as they change."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("engine", "0015_what_a_night_writes_needs_fewer")]

    operations = [
        migrations.RunSQL(
            "alter table engine_account set (fillfactor = 90)", "alter table engine_account reset (fillfactor)"
        ),
    ]
