from django.db import migrations

# A training entity is wiped and made again; its history is nobody's.
ALLOWED = """
create or replace function timeline_entry_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        old.customer_id := new.customer_id;
        if old is not distinct from new then
            return new;
        end if;
    elsif old.about = 'import' and old.about_id::text = current_setting('acquit.undo_import', true) then
        return old;
    elsif exists (select from accounts_entity e where e.id = old.entity_id and e.training) then
        return old;
    end if;
    raise exception 'The timeline is append-only.' using errcode = 'restrict_violation';
end
$$
"""
BEFORE = """
create or replace function timeline_entry_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        old.customer_id := new.customer_id;
        if old is not distinct from new then
            return new;
        end if;
    elsif old.about = 'import' and old.about_id::text = current_setting('acquit.undo_import', true) then
        return old;
    end if;
    raise exception 'The timeline is append-only.' using errcode = 'restrict_violation';
end
$$
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_precautions"), ("timeline", "0004_an_undone_import_takes_its_entries")]
    operations = [migrations.RunSQL(ALLOWED, BEFORE)]
