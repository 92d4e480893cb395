from django.db import migrations

# Who takes the work of each person who is away: his replacement, or while that one works but is away too, the replacement's own,
# three of them at most. The nearest who works and is there; nobody where there is none, and no circle goes on for ever.
STAND_INS = """
create function accounts_stand_ins(house bigint, roles text[], day date) returns table (user_id bigint, replacement_id bigint)
language sql stable parallel safe as $$
    with recursive works as materialized (
        select w.id from accounts_workers(house, roles) w
    ), away as (
        select a.user_id, a.replacement_id from accounts_absence a where day between a.starts_on and a.ends_on
    ), asked as (
        select a.user_id, a.replacement_id, 1 as place from away a where a.replacement_id is not null
        union
        select asked.user_id, a.replacement_id, asked.place + 1
        from asked join works on works.id = asked.replacement_id join away a on a.user_id = asked.replacement_id
        where a.replacement_id is not null and asked.place < 3
    )
    select distinct on (asked.user_id) asked.user_id, asked.replacement_id
    from asked join works on works.id = asked.replacement_id
    where asked.replacement_id not in (select away.user_id from away)
    order by asked.user_id, asked.place, asked.replacement_id
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_the_team_of_an_entity")]
    operations = [migrations.RunSQL(STAND_INS, "drop function accounts_stand_ins(bigint, text[], date)")]
