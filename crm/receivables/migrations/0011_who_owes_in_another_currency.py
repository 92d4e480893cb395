from django.db import migrations, models

import crm.core.money

ADDED = """
insert into receivables_foreignaccount (entity_id, currency, customer_id)
select distinct i.entity_id, i.currency, i.customer_id
from {invoices} i join accounts_entity e on e.id = i.entity_id
where i.currency <> e.currency and not exists (
    select from receivables_foreignaccount f
    where f.entity_id = i.entity_id and f.currency = i.currency and f.customer_id = i.customer_id)
"""
# EXECUTE plans anew: one invoice or a million. The currency of an invoice never changes, its customer does by a merge.
NOTED = f"""
create function receivables_note_foreign() returns trigger language plpgsql as $$
begin
    execute $note${ADDED.format(invoices="added")}$note$;
    return null;
end $$;
create trigger receivables_invoice_foreign after insert on receivables_invoice referencing new table as added
for each statement execute function receivables_note_foreign();

create function receivables_note_foreign_moved() returns trigger language plpgsql as $$
begin
    {ADDED.format(invoices="(select new.*)")};
    return null;
end $$;
create trigger receivables_invoice_foreign_moved after update of entity_id, customer_id on receivables_invoice
for each row when (old.customer_id <> new.customer_id or old.entity_id <> new.entity_id)
execute function receivables_note_foreign_moved();
"""
REMOVED = """
drop trigger receivables_invoice_foreign_moved on receivables_invoice;
drop function receivables_note_foreign_moved();
drop trigger receivables_invoice_foreign on receivables_invoice;
drop function receivables_note_foreign();
"""


class Migration(migrations.Migration):
    dependencies = [("receivables", "0010_written_demands"), ("accounts", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="ForeignAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entity_id", models.BigIntegerField()),
                ("currency", crm.core.money.CurrencyField()),
                ("customer_id", models.BigIntegerField()),
            ],
            options={"default_permissions": ()},
        ),
        migrations.AddIndex(
            model_name="foreignaccount",
            index=models.Index(fields=["entity_id", "currency", "customer_id"], name="receivables_foreign_account"),
        ),
        migrations.RunSQL(NOTED, REMOVED),
        migrations.RunSQL(ADDED.format(invoices="receivables_invoice"), migrations.RunSQL.noop),
    ]
