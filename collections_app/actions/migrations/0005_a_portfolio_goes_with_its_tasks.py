from django.db import migrations

# Whoever gives a portfolio to somebody else (a page, the API, a person at the SQL prompt): what waits for the collector before
# is nobody's, and the next night gives it to the one after. A night changes no collector.
RELEASE = """
create function actions_release_portfolios() returns trigger language plpgsql as $$
begin
    execute $release$  -- planned for as many customers as there are
        with given_on as materialized (
            select gone.id, gone.collector_id from gone join added on added.id = gone.id
            where gone.collector_id <> coalesce(added.collector_id, 0)
        )
        update actions_action x set owner_id = null from given_on
        where x.customer_id = given_on.id and x.owner_id = given_on.collector_id and x.state in ('todo', 'to_approve')
    $release$;
    return null;
end $$;
create trigger customers_customer_given_on after update on customers_customer
referencing old table as gone new table as added for each statement
when (coalesce(current_setting('acquit.deciding', true), '') <> 'on') execute function actions_release_portfolios();
"""
NO_LONGER = "drop trigger customers_customer_given_on on customers_customer; drop function actions_release_portfolios()"


class Migration(migrations.Migration):
    dependencies = [("actions", "0004_room_for_changes"), ("customers", "0003_a_portfolio_ties_to_its_entity")]
    operations = [migrations.RunSQL(RELEASE, NO_LONGER)]
