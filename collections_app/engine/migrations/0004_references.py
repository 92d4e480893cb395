from django.db import migrations

from crm.core.references import refer_in_sets

# Decisions are keyed by what they are about: their number was read by nobody.
BY_KEY = "alter table engine_decision rename constraint engine_decision_pkey to engine_decision_once"
AS_DJANGO_SAYS = "alter table engine_decision rename constraint engine_decision_once to engine_decision_pkey"

# A night writes new dates on some rows of every page: with room left there, a row stays on its page and its index is
# left alone.
ROOM = "alter table engine_account set (fillfactor = 90)"
NO_ROOM = "alter table engine_account reset (fillfactor)"


class Migration(migrations.Migration):
    replaces = [("engine", "0008_references_in_sets")]
    dependencies = [("core", "0001_extensions_and_functions"), ("engine", "0003_noted_changes")]
    operations = [
        migrations.RunSQL(BY_KEY, AS_DJANGO_SAYS),
        migrations.RunSQL(ROOM, NO_ROOM),
        refer_in_sets(
            "engine_decision",
            {"entity_id": "accounts_entity", "customer_id": "customers_customer", "run_id": "engine_run"},
        ),
        refer_in_sets("engine_account", {"entity_id": "accounts_entity", "customer_id": "customers_customer"}),
    ]
