from django.db import migrations

from crm.core.references import refer_in_sets

# The one place that says who rehearses: what his group says, else his entity.
REHEARSES = """
create function rehearses(group_says text, entity_since date) returns boolean language sql immutable parallel safe as $$
    select coalesce(group_says = 'rehearsing', false) or (coalesce(group_says, '') <> 'live' and entity_since is not null)
$$;
"""

# A night writes new dates on some rows of every page: with room left there, a row stays on its page and its index is
# left alone.
ROOM = "alter table segments_membership set (fillfactor = 90)"
NO_ROOM = "alter table segments_membership reset (fillfactor)"


class Migration(migrations.Migration):
    replaces = [("segments", "0002_references_in_sets")]
    dependencies = [("core", "0001_extensions_and_functions"), ("segments", "0001_initial")]
    operations = [
        migrations.RunSQL(REHEARSES, "drop function rehearses(text, date)"),
        migrations.RunSQL(ROOM, NO_ROOM),
        refer_in_sets(
            "segments_membership",
            {"entity_id": "accounts_entity", "customer_id": "customers_customer", "group_id": "segments_group"},
        ),
    ]
