from django.db import migrations

# A training entity is wiped and made again; its movements are nobody's books.
ALLOWED = """
create or replace function receivables_movement_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        old.customer_id := new.customer_id;
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
$$
"""
BEFORE = """
create or replace function receivables_movement_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        old.customer_id := new.customer_id;
        if old is not distinct from new then
            return new;
        end if;
    elsif old.import_batch_id::text = current_setting('acquit.undo_import', true) then
        return old;
    end if;
    raise exception 'Movements are append-only: record the opposite movement.' using errcode = 'restrict_violation';
end
$$
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_precautions"), ("receivables", "0010_read_open_invoices_by_amount")]
    operations = [migrations.RunSQL(ALLOWED, BEFORE)]
