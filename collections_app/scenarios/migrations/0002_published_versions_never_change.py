import django.db.models.deletion
from django.db import migrations, models

GUARD = """
create function scenarios_guard_step() returns trigger language plpgsql as $$
begin
    if coalesce(current_setting('acquit.scenarios_unfrozen', true), '') <> 'on' and exists (
        select from scenarios_scenarioversion where state <> 'draft'
            and id in (case when tg_op <> 'INSERT' then old.version_id end,
                       case when tg_op <> 'DELETE' then new.version_id end)
    ) then
        raise exception 'the steps of a published version never change' using errcode = 'check_violation';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger scenarios_step_frozen before insert or update or delete on scenarios_step
    for each row execute function scenarios_guard_step();

create function scenarios_guard_version() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        if old.state <> 'draft' and coalesce(current_setting('acquit.scenarios_unfrozen', true), '') <> 'on' then
            raise exception 'a published version is never deleted alone' using errcode = 'check_violation';
        end if;
        return old;
    end if;
    if old.state <> 'draft' and (
        (new.scenario_id, new.number, new.entry_policy, new.published_at, new.published_by_id)
            is distinct from (old.scenario_id, old.number, old.entry_policy, old.published_at, old.published_by_id)
        or not (new.state = old.state or (old.state = 'published' and new.state = 'retired'))
    ) then
        raise exception 'a published version never changes' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger scenarios_version_frozen before update or delete on scenarios_scenarioversion
    for each row execute function scenarios_guard_version();
"""

FREE = """
drop trigger scenarios_version_frozen on scenarios_scenarioversion;
drop function scenarios_guard_version();
drop trigger scenarios_step_frozen on scenarios_step;
drop function scenarios_guard_step();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("scenarios", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="DeliveredDefault",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60)),
                ("delivered_at", models.DateTimeField()),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.entity"
                    ),
                ),
            ],
            options={
                "verbose_name": "delivered default",
                "verbose_name_plural": "delivered defaults",
                "constraints": [models.UniqueConstraint(fields=("entity", "code"), name="scenarios_delivered_once")],
            },
        ),
        migrations.RunSQL(GUARD, FREE),
    ]
