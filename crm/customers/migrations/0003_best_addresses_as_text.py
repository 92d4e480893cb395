from importlib import import_module

from django.db import migrations

BOTH = import_module("crm.customers.migrations.0002_best_address").BEST_ADDRESS


class Migration(migrations.Migration):
    # It is sql/best_addresses.sql now: a night joins it to the few customers it looks at.
    dependencies = [("customers", "0002_best_address")]
    operations = [
        migrations.RunSQL(
            "drop function customer_best_addresses(bigint, date)",
            BOTH[BOTH.index("create function customer_best_addresses") :],
        )
    ]
