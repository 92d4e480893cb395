from django.db import migrations

from crm.core.references import refer_in_sets

BOOKS_SEEN_AT = """
-- When what an entity's customers owe or paid last came in by an instant: from a file that was imported (and not undone
-- since), or through the API.
create function books_seen_at(p_entity bigint, p_at timestamptz) returns timestamptz
language sql stable parallel safe as $$
    select max(seen.at)
    from (
        select b.finished_at as at from imports_batch b
        where b.entity_id = p_entity and b.status = 'done' and b.format <> 'customers'
        union all
        select f.at from imports_lastfeed f where f.entity_id = p_entity
    ) seen
    where seen.at <= p_at
$$
"""


class Migration(migrations.Migration):
    replaces = [("imports", "0005_references_in_sets")]
    dependencies = [
        ("core", "0001_extensions_and_functions"),
        ("imports", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(BOOKS_SEEN_AT, "drop function books_seen_at(bigint, timestamptz)"),
        refer_in_sets(
            "imports_fecline",
            {
                "entity_id": "accounts_entity",
                "customer_id": "customers_customer",
                "batch_id": "imports_batch",
                "letter_batch_id": "imports_batch",
            },
        ),
        refer_in_sets("imports_newcustomer", {"batch_id": "imports_batch"}),
        refer_in_sets(
            "imports_duedatebefore", {"batch_id": "imports_batch", "invoice_id": "receivables_invoice"}
        ),
        refer_in_sets("imports_labelbefore", {"batch_id": "imports_batch", "invoice_id": "receivables_invoice"}),
    ]
