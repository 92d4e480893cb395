from importlib import import_module

from django.db import migrations

FUNCTION = import_module("crm.holds.migrations.0004_net_open_items_of_a_range").NET_OPEN_ITEMS


class Migration(migrations.Migration):
    # It is sql/net_open_items.sql now: a night joins it to the few customers it looks at, which no function can.
    dependencies = [("holds", "0004_net_open_items_of_a_range")]
    operations = [migrations.RunSQL("drop function net_open_items(bigint, date, bigint, bigint)", FUNCTION)]
