from django.db import migrations

# Its customers are of this entity, and its members see them.
STAYS = """
create function accounts_team_stays() returns trigger language plpgsql as $$
begin
    raise exception 'A team stays of the entity it was made for.' using errcode = 'restrict_violation';
end
$$;
create trigger accounts_team_entity before update on accounts_team for each row
when (old.entity_id is distinct from new.entity_id) execute function accounts_team_stays();
"""
NO_LONGER = "drop trigger accounts_team_entity on accounts_team; drop function accounts_team_stays()"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_who_works_and_what_they_see")]
    operations = [migrations.RunSQL(STAYS, NO_LONGER)]
