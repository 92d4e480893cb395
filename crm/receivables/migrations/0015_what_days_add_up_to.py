from django.db import migrations, models

import crm.core.money

KEY = 'entity_id, currency, "on", item'
READ = {
    "invoice": """
        select r.entity_id, r.currency, r.issued_on as "on", 'owed_' || r.kind as item, r.amount, 1 as number from {rows} r
        union all
        select r.entity_id, r.currency, r.settled_on, 'settled', r.amount, 1 from {rows} r where r.settled_on is not null""",
    "credit": """
        select r.entity_id, r.currency, r.received_on as "on", 'paid_' || r.kind as item, r.amount, 1 as number from {rows} r""",
    # What names both an invoice and a credit leaves the balance as it is.
    "movement": """
        select r.entity_id, r.currency, r."on", 'moved_' || r.kind as item,
               case when r.invoice_id is null then -r.amount else r.amount end as amount, 1 as number
        from {rows} r where r.invoice_id is null or r.credit_id is null""",
}
# One row per day and item touched, whatever the number of rows: an insert, so that nobody waits for somebody else's.
ADDED = """
        insert into receivables_daytally ({key}, amount, number)
        select {key}, {sign}sum(amount), {sign}count(*) from ({rows}) r group by {key};"""
CHANGED = """
        insert into receivables_daytally ({key}, amount, number)
        select {key}, sum(amount), sum(number)
        from (select {key}, amount, number from ({added}) a
              union all
              select {key}, -amount, -number from ({gone}) g) r
        group by {key} having sum(number) <> 0 or sum(amount) <> 0;"""
FUNCTION = """
create function receivables_tally_{table}() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then {insert}
    elsif tg_op = 'DELETE' then {delete}
    elsif tg_op = 'TRUNCATE' then
        delete from receivables_daytally where item like any({items});
    else {update}
    end if;
    return null;
end $$;
create trigger receivables_{table}_tallied_insert after insert on receivables_{table} referencing new table as added
for each statement execute function receivables_tally_{table}();
create trigger receivables_{table}_tallied_update after update on receivables_{table}
referencing old table as gone new table as added for each statement execute function receivables_tally_{table}();
create trigger receivables_{table}_tallied_delete after delete on receivables_{table} referencing old table as gone
for each statement execute function receivables_tally_{table}();
create trigger receivables_{table}_tallied_truncate after truncate on receivables_{table}
for each statement execute function receivables_tally_{table}();
"""
REMOVED = """
drop trigger receivables_{table}_tallied_insert on receivables_{table};
drop trigger receivables_{table}_tallied_update on receivables_{table};
drop trigger receivables_{table}_tallied_delete on receivables_{table};
drop trigger receivables_{table}_tallied_truncate on receivables_{table};
drop function receivables_tally_{table}();
"""
ITEMS = {"invoice": "'{owed_%,settled}'", "credit": "'{paid_%}'", "movement": "'{moved_%}'"}


def tallied(table):
    """The days of a table, from here on and until now."""
    rows = READ[table]
    made = FUNCTION.format(
        table=table,
        items=ITEMS[table],
        insert=ADDED.format(key=KEY, sign="", rows=rows.format(rows="added")),
        delete=ADDED.format(key=KEY, sign="-", rows=rows.format(rows="gone")),
        update=CHANGED.format(key=KEY, added=rows.format(rows="added"), gone=rows.format(rows="gone")),
    )
    until_now = ADDED.format(key=KEY, sign="", rows=rows.format(rows=f"receivables_{table}"))
    return migrations.RunSQL([made, until_now], REMOVED.format(table=table))


class Migration(migrations.Migration):
    dependencies = [("receivables", "0014_the_earliest_day_of_a_movement")]
    operations = [
        migrations.CreateModel(
            name="DayTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entity_id", models.BigIntegerField()),
                ("currency", crm.core.money.CurrencyField()),
                ("on", models.DateField()),
                ("item", models.CharField(max_length=30)),
                ("amount", crm.core.money.SumField()),
                ("number", models.IntegerField()),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["entity_id", "currency"], name="receivables_daytally_of")],
            },
        ),
        *map(tallied, READ),
    ]
