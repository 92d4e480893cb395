from django.db import migrations, models

# The order is that of sql/best_addresses.sql; tests/crm/customers/test_best_address.py holds them together.
BEST_ADDRESS = """
create or replace function customer_best_address(customer_id bigint, channel text, "on" date) returns bigint
language sql stable parallel safe as $$
    select address.id
    from customers_address as address
    left join customers_contact as contact on contact.id = address.contact_id
    where address.customer_id = $1 and address.channel = $2
        and address.invalid_since is null and address.opted_out_at is null and address.consent <> 'refused'
        and (address.valid_from is null or address.valid_from <= $3)
        and (address.valid_until is null or address.valid_until >= $3)
    order by case coalesce(contact.role, '') when 'dunning' then 0 when '' then 1 when 'invoices' then 2 else 3 end,
        address.preferred desc, {sent} address.id
    limit 1
$$
"""
SENT = "address.sent_at desc nulls last,"


class Migration(migrations.Migration):
    dependencies = [("customers", "0005_a_team_of_the_same_entity")]
    operations = [
        migrations.AddField("address", "sent_at", models.DateTimeField(null=True, editable=False)),
        migrations.RunSQL(BEST_ADDRESS.format(sent=SENT), BEST_ADDRESS.format(sent="")),
    ]
