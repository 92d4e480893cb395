from django.db import migrations

# From a training entity nothing ever leaves: no door opens by changing what it is.
NEVER_CHANGES = """
create function accounts_training_never_changes() returns trigger language plpgsql as $$
begin
    raise exception 'An entity is made for training, or for work, once and for all.' using errcode = 'restrict_violation';
end
$$;
create trigger accounts_entity_training before update on accounts_entity for each row
when (old.training is distinct from new.training) execute function accounts_training_never_changes();
"""
NO_LONGER = "drop trigger accounts_entity_training on accounts_entity; drop function accounts_training_never_changes()"

# In PL/pgSQL each connection plans it once; as a sub-query of the ORM it was planned again in every statement of a page.
# Rights given to rows, to a person or to his groups, and those given to the whole of a model, as the library counts them.
SEES = """
create function accounts_sees(person bigint, wanted text) returns bigint[]
language plpgsql stable parallel safe as $$
declare
    asked integer;
    model text;
begin
    select p.id, t.model into asked, model
    from auth_permission p join django_content_type t on t.id = p.content_type_id
    where t.app_label = 'accounts' and p.codename = wanted;
    if exists (select from accounts_user u where u.id = person and u.is_active)
        and (exists (select from accounts_user_user_permissions u where u.user_id = person and u.permission_id = asked)
             or exists (select from accounts_user_groups u join auth_group_permissions g on g.group_id = u.group_id
                        where u.user_id = person and g.permission_id = asked))
    then
        return case model when 'entity' then array(select id from accounts_entity)
                          when 'team' then array(select id from accounts_team) end;
    end if;
    return array(
        select o.object_pk::bigint from guardian_userobjectpermission o
        where o.user_id = person and o.permission_id = asked
        union
        select o.object_pk::bigint
        from accounts_user_groups u join guardian_groupobjectpermission o on o.group_id = u.group_id
        where u.user_id = person and o.permission_id = asked
    );
end
$$;
"""
# Seen wholly, or through a team: let into it, of it, or at its head.
HOUSES = """
create function accounts_houses(person bigint) returns bigint[]
language plpgsql stable parallel safe as $$
begin
    return array(
        select unnest(accounts_sees(person, 'see_entity'))
        union
        select t.entity_id from accounts_team t
        where t.id = any(accounts_sees(person, 'see_team')) or t.supervisor_id = person
            or exists (select from accounts_teammember m where m.team_id = t.id and m.user_id = person)
    );
end
$$;
"""
UNSEEN = "drop function accounts_houses(bigint); drop function accounts_sees(bigint, text)"


class Migration(migrations.Migration):
    replaces = [("accounts", "0006_what_a_person_sees")]
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("guardian", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(NEVER_CHANGES, NO_LONGER),
        migrations.RunSQL(SEES + HOUSES, UNSEEN),
    ]
