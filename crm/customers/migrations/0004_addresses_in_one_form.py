from django.db import migrations, models

# As crm.customers.operations.contacts.normal_address writes them: one mailbox written in two ways would be asked twice
# for its refusal.
STORED = r"""
case channel when 'email' then lower(btrim(value))
             when 'post' then regexp_replace(btrim(value, E' \t\r\n'), '\s*[\r\n]\s*', E'\n', 'g') end
"""
TWINS = f"""
create temporary table address_twin on commit drop as
select id, stored, first_value(id) over same as kept_id
from (select *, {STORED} as stored from customers_address where channel in ('email', 'post')) address
window same as (partition by customer_id, channel, stored order by value <> stored, id)
"""
# What a merge of two customers does with an address both have (operations/merging.py).
UNITE = """
update customers_address kept set
    opted_out_at = twins.opted_out_at, consent = case when twins.refused then 'refused' else kept.consent end,
    invalid_since = twins.invalid_since, invalid_reason = coalesce(twins.invalid_reason, ''),
    preferred = twins.preferred, contact_id = twins.contact_id
from (
    select t.kept_id, min(a.opted_out_at) as opted_out_at, bool_or(a.consent = 'refused') as refused,
           bool_or(a.preferred) as preferred,
           (array_agg(a.invalid_since order by a.id <> t.kept_id, a.id) filter (where a.invalid_since is not null))[1]
               as invalid_since,
           (array_agg(a.invalid_reason order by a.id <> t.kept_id, a.id) filter (where a.invalid_since is not null))[1]
               as invalid_reason,
           (array_agg(a.contact_id order by a.id <> t.kept_id, a.id) filter (where a.contact_id is not null))[1]
               as contact_id
    from address_twin t join customers_address a using (id) group by t.kept_id having count(*) > 1
) twins where kept.id = twins.kept_id
"""
REFERRING = ("actions_action", "messaging_message")
REFER = "update {table} set address_id = t.kept_id from address_twin t where address_id = t.id and t.id <> t.kept_id"
REMOVE = "delete from customers_address a using address_twin t where a.id = t.id and t.id <> t.kept_id"
STORE = "update customers_address a set value = t.stored from address_twin t where a.id = t.id and a.value <> t.stored"


def unite(apps, schema_editor):
    """The tables of the floors above are there wherever there are addresses."""
    with schema_editor.connection.cursor() as cursor:
        there = set(schema_editor.connection.introspection.table_names(cursor))
        refer = [REFER.format(table=table) for table in REFERRING if table in there]
        # Checked now: the table is altered next.
        checked = ("set constraints all immediate", "set constraints all deferred")
        for statement in (TWINS, UNITE, *refer, REMOVE, STORE, *checked):
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_a_portfolio_ties_to_its_entity")]
    operations = [
        migrations.RunPython(unite, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="address",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel", "email"), ("value__regex", "[A-Z]"), _negated=True),
                name="customers_address_email_in_lower_case",
                violation_error_message="An e-mail address is stored in lower case.",
            ),
        ),
    ]
