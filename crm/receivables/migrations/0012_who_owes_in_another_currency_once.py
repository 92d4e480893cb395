from django.db import migrations, models

import crm.core.money

# Those noted before are looked up first: to be refused by the key costs more. In order, so that of two who write the same
# at once one waits, and not each for the other.
ADDED = """
insert into receivables_foreignaccount (entity_id, currency, customer_id)
select distinct i.entity_id, i.currency, i.customer_id
from {invoices} i join accounts_entity e on e.id = i.entity_id
where i.currency <> e.currency and not exists (
    select from receivables_foreignaccount f
    where f.entity_id = i.entity_id and f.currency = i.currency and f.customer_id = i.customer_id)
order by i.customer_id, i.currency
on conflict do nothing
"""
NOTED = f"""
create or replace function receivables_note_foreign() returns trigger language plpgsql as $$
begin
    execute $note${ADDED.format(invoices="added")}$note$;
    return null;
end $$;
create or replace function receivables_note_foreign_moved() returns trigger language plpgsql as $$
begin
    {ADDED.format(invoices="(select new.*)")};
    return null;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("receivables", "0011_who_owes_in_another_currency"), ("accounts", "0001_initial")]
    operations = [
        # Made again: the key of a table is not replaced.
        migrations.DeleteModel("ForeignAccount"),
        migrations.CreateModel(
            name="ForeignAccount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "entity_id", "currency", "customer_id",
                        blank=True, editable=False, primary_key=True, serialize=False,
                    ),
                ),
                ("entity_id", models.BigIntegerField()),
                ("currency", crm.core.money.CurrencyField()),
                ("customer_id", models.BigIntegerField()),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunSQL(NOTED, migrations.RunSQL.noop),
        migrations.RunSQL(ADDED.format(invoices="receivables_invoice"), migrations.RunSQL.noop),
    ]  # fmt: skip
