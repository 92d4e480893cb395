from django.db import migrations

# What `accounts_sees` answers for one person, for everybody and one entity: a row without team sees all of it. (Rights to the
# whole of a model count here also of who is no longer active, whom nobody asks for.)
SIGHT = """
create function accounts_sight(house bigint) returns table (user_id bigint, team_id bigint)
language sql stable parallel safe as $$
    with given as (
        select o.user_id, o.permission_id, o.object_pk from guardian_userobjectpermission o
        union all
        select m.user_id, o.permission_id, o.object_pk
        from accounts_user_groups m join guardian_groupobjectpermission o on o.group_id = m.group_id
        union all
        select o.user_id, o.permission_id, null from accounts_user_user_permissions o
        union all
        select m.user_id, o.permission_id, null
        from accounts_user_groups m join auth_group_permissions o on o.group_id = m.group_id
    )
    select g.user_id, null::bigint
    from given g join auth_permission p on p.id = g.permission_id and p.codename = 'see_entity'
    where g.object_pk is null or g.object_pk = house::text
    union
    select g.user_id, t.id
    from given g join auth_permission p on p.id = g.permission_id and p.codename = 'see_team'
    join accounts_team t on t.entity_id = house and (g.object_pk is null or g.object_pk = t.id::text)
$$;
"""
# People in use with one of these roles, and the teams they are let into: who may be given work, from small tables at once.
WORKERS = """
create function accounts_workers(house bigint, roles text[]) returns table (id bigint, sees_all boolean, teams bigint[])
language sql stable parallel safe as $$
    select u.id, u.is_superuser or coalesce(bool_or(s.user_id is not null and s.team_id is null), false),
           coalesce(array_agg(s.team_id order by s.team_id) filter (where s.team_id is not null), '{}')
    from accounts_user u left join accounts_sight(house) s on s.user_id = u.id
    where u.is_active and (u.is_superuser or u.role = any(roles))
    group by u.id
$$;
"""
NO_LONGER = "drop function accounts_workers(bigint, text[]); drop function accounts_sight(bigint)"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_sight_ends_with_the_lead")]
    operations = [migrations.RunSQL(SIGHT + WORKERS, NO_LONGER)]
