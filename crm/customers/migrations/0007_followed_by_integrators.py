from django.db import migrations

from crm.core.changed import followed, not_followed, not_told_removed, told_removed

CUSTOMER = (
    "external_id", "name", "kind", "siren", "siret", "vat_number", "language", "time_zone", "country", "city", "category",
    "tags", "attributes", "collector_id", "merged_into_id", "created_at",
)  # fmt: skip
ADDRESS = (
    "customer_id", "channel", "value", "preferred", "valid_from", "valid_until", "invalid_since", "opted_out_at", "consent",
)  # fmt: skip
# No row of it is left to say so.
ADDRESS_REMOVED = """
create function customers_address_told_removed() returns trigger language plpgsql as $$
begin
    update customers_customer set changed_in = pg_current_xact_id()
    where id in (select customer_id from gone) and changed_in is distinct from pg_current_xact_id();
    return null;
end $$;
create trigger customers_address_told_removed after delete on customers_address referencing old table as gone
for each statement execute function customers_address_told_removed();
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0006_the_address_sent_last"), ("core", "0002_followed_rows")]
    operations = [
        migrations.RunSQL(
            followed("customers_customer", CUSTOMER) + told_removed("customers_customer", "customer"),
            not_told_removed("customers_customer") + not_followed("customers_customer"),
        ),
        migrations.RunSQL(
            followed("customers_address", ADDRESS, keys="changed_in, customer_id") + ADDRESS_REMOVED,
            not_told_removed("customers_address") + not_followed("customers_address"),
        ),
    ]
