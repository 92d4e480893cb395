from django.db import migrations

# A purge takes the history of a customer it anonymises: what is said there is about him.
APPEND_ONLY = """
create or replace function timeline_entry_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        old.customer_id := new.customer_id;
        if old is not distinct from new then
            return new;
        end if;
    elsif old.about = 'import' and old.about_id::text = current_setting('acquit.undo_import', true) then
        return old;
    elsif current_setting('acquit.anonymising', true) = 'on' then
        return old;
    elsif exists (select from accounts_entity e where e.id = old.entity_id and e.training) then
        return old;
    end if;
    raise exception 'The timeline is append-only.' using errcode = 'restrict_violation';
end
$$;
"""
BEFORE = APPEND_ONLY.replace(
    """    elsif current_setting('acquit.anonymising', true) = 'on' then
        return old;
""",
    "",
)


class Migration(migrations.Migration):
    dependencies = [("timeline", "0001_initial")]
    operations = [migrations.RunSQL(APPEND_ONLY, BEFORE)]
