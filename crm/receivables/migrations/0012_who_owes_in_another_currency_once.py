from django.db import migrations, models

# Those noted before are looked up first: to be refused by the constraint costs more. In order, so that of two who write
# the same at once one waits, and not each for the other.
ADDED = """
insert into receivables_foreignaccount (entity_id, currency, customer_id)
select distinct i.entity_id, i.currency, i.customer_id
from {invoices} i join accounts_entity e on e.id = i.entity_id
where i.currency <> e.currency and not exists (
    select from receivables_foreignaccount f
    where f.entity_id = i.entity_id and f.currency = i.currency and f.customer_id = i.customer_id)
order by i.entity_id, i.currency, i.customer_id
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
# Two who wrote at once had each noted it.
ONCE = """
lock table receivables_foreignaccount in share row exclusive mode;
delete from receivables_foreignaccount f using receivables_foreignaccount earlier
where earlier.id < f.id and earlier.entity_id = f.entity_id and earlier.currency = f.currency
    and earlier.customer_id = f.customer_id;
"""


class Migration(migrations.Migration):
    dependencies = [("receivables", "0011_who_owes_in_another_currency")]
    operations = [
        migrations.RunSQL(ONCE, migrations.RunSQL.noop),
        migrations.RemoveIndex("foreignaccount", "receivables_foreign_account"),
        migrations.AddConstraint(
            "foreignaccount",
            models.UniqueConstraint(
                fields=["entity_id", "currency", "customer_id"], name="receivables_foreign_account"
            ),
        ),
        # With the constraint it is as right as without; the former one would fail where two write at once.
        migrations.RunSQL(NOTED, migrations.RunSQL.noop),
    ]
