from django.db import migrations

# The merge of two customers moves entries from one to the other; nothing else changes what was written.
APPEND_ONLY = """
create function timeline_entry_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        old.customer_id := new.customer_id;
        if old is not distinct from new then
            return new;
        end if;
    end if;
    raise exception 'The timeline is append-only.' using errcode = 'restrict_violation';
end
$$;
create trigger timeline_entry_append_only before update or delete on timeline_entry
for each row execute function timeline_entry_append_only();
"""
DROP = "drop trigger timeline_entry_append_only on timeline_entry; drop function timeline_entry_append_only()"


class Migration(migrations.Migration):
    dependencies = [("timeline", "0001_initial")]
    operations = [migrations.RunSQL(APPEND_ONLY, DROP)]
