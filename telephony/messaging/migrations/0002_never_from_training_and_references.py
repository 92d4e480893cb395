from django.db import migrations

from crm.core.references import refer_in_sets

# The row of an attempt is written before the network is touched: without it nothing leaves.
NEVER_FROM_TRAINING = """
create function messaging_never_from_training() returns trigger language plpgsql as $$
begin
    if exists (
        select from messaging_message m join accounts_entity e on e.id = m.entity_id
        where m.id = new.message_id and e.training
    ) then
        raise exception 'Nothing ever leaves from a training entity.' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
create trigger messaging_attempt_never_from_training before insert on messaging_attempt
for each row execute function messaging_never_from_training();
"""
DROP = (
    "drop trigger messaging_attempt_never_from_training on messaging_attempt; "
    "drop function messaging_never_from_training()"
)


class Migration(migrations.Migration):
    replaces = [("messaging", "0005_references_in_sets")]
    dependencies = [("core", "0001_extensions_and_functions"), ("messaging", "0001_initial")]
    operations = [
        migrations.RunSQL(NEVER_FROM_TRAINING, DROP),
        refer_in_sets(
            "messaging_message",
            {
                "entity_id": "accounts_entity",
                "customer_id": "customers_customer",
                "address_id": "customers_address",
            },
        ),
    ]
