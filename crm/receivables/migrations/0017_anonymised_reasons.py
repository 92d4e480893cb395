from django.db import migrations

# A purge takes the words of movements of a customer it anonymises; what they move stays.
APPEND_ONLY = """
create or replace function receivables_movement_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        old.customer_id := new.customer_id;
        if current_setting('acquit.anonymising', true) = 'on' then
            old.reason := new.reason;
        end if;
        if old is not distinct from new then
            return new;
        end if;
    elsif old.import_batch_id::text = current_setting('acquit.undo_import', true) then
        return old;
    elsif exists (select from accounts_entity e where e.id = old.entity_id and e.training) then
        return old;
    end if;
    raise exception 'Movements are append-only: record the opposite movement.' using errcode = 'restrict_violation';
end
$$;
"""
BEFORE = APPEND_ONLY.replace(
    """        if current_setting('acquit.anonymising', true) = 'on' then
            old.reason := new.reason;
        end if;
""",
    "",
)


class Migration(migrations.Migration):
    dependencies = [("receivables", "0016_what_falls_due_from_a_day_on")]
    operations = [migrations.RunSQL(APPEND_ONLY, BEFORE)]
