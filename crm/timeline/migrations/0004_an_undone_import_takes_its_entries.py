from django.db import migrations

# The undoing of an import takes a customer it brought away with the entries that tell of this import alone.
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
    end if;
    raise exception 'The timeline is append-only.' using errcode = 'restrict_violation';
end
$$
"""


class Migration(migrations.Migration):
    dependencies = [("timeline", "0003_months_beside_history")]
    operations = [migrations.RunSQL(ALLOWED, BEFORE)]
