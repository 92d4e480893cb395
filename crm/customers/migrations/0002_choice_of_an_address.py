from django.db import migrations

# The order is that of sql/best_addresses.sql; tests/crm/customers/test_best_address.py holds them together.
# An address found invalid or opted out is never proposed again, whatever the date asked for: a run at a past date
# (demo, replay) must not write where somebody said no since.
BEST_ADDRESS = """
create function customer_best_address(customer_id bigint, channel text, "on" date) returns bigint
language sql stable parallel safe as $$
    select address.id
    from customers_address as address
    left join customers_contact as contact on contact.id = address.contact_id
    where address.customer_id = $1 and address.channel = $2
        and address.invalid_since is null and address.opted_out_at is null and address.consent <> 'refused'
        and (address.valid_from is null or address.valid_from <= $3)
        and (address.valid_until is null or address.valid_until >= $3)
    order by case coalesce(contact.role, '') when 'dunning' then 0 when '' then 1 when 'invoices' then 2 else 3 end,
        address.preferred desc, address.id
    limit 1
$$
"""


class Migration(migrations.Migration):
    replaces = [("customers", "0003_best_addresses_as_text")]
    dependencies = [("customers", "0001_initial")]
    operations = [migrations.RunSQL(BEST_ADDRESS, "drop function customer_best_address(bigint, text, date)")]
