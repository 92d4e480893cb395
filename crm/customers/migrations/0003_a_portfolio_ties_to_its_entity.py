from django.db import migrations

# A look in the index of customers by collector, for each person. (As a sub-query that is compared, not as an `exists`: of a
# large table a plan would read all collectors at once.)
HAS_CUSTOMERS = """
create function accounts_has_customers(person bigint, entities bigint[]) returns boolean
language sql stable parallel safe as $$
    select (select c.id from customers_customer c where c.collector_id = person and c.entity_id = any(entities) limit 1)
        is not null
$$;
"""
# As accounts 0002 made it, and entities of his own customers, whom that app does not know.
HOUSES = """
create or replace function accounts_houses(person bigint) returns bigint[]
language plpgsql stable parallel safe as $$
begin
    return array(
        select unnest(accounts_sees(person, 'see_entity'))
        union
        select t.entity_id from accounts_team t
        where t.id = any(accounts_sees(person, 'see_team')) or t.supervisor_id = person
            or exists (select from accounts_teammember m where m.team_id = t.id and m.user_id = person)
        {portfolio}
    );
end
$$;
"""
PORTFOLIO = """union
        select e.id from accounts_entity e where accounts_has_customers(person, array[e.id])"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_choice_of_an_address"), ("accounts", "0002_training_and_what_a_person_sees")]
    operations = [
        migrations.RunSQL(
            HAS_CUSTOMERS + HOUSES.format(portfolio=PORTFOLIO),
            HOUSES.format(portfolio="") + "drop function accounts_has_customers(bigint, bigint[])",
        )
    ]
