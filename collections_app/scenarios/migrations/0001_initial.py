import crm.core.money
import django.db.models.deletion
from django.conf import settings
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
    initial = True
    replaces = [
        ("scenarios", "0002_published_versions_never_change"),
    ]
    dependencies = [
        ('accounts', '0001_initial'),
        ('letters', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name='Scenario',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('archived', models.BooleanField(default=False, verbose_name='archived')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scenarios', to='accounts.entity', verbose_name='entity')),
            ],
            options={
                'verbose_name': 'scenario',
                'verbose_name_plural': 'scenarios',
                'constraints': [models.UniqueConstraint(fields=('entity', 'code'), name='scenarios_scenario_code', violation_error_message='A scenario with this code already exists in the entity.')],
            },
        ),
        migrations.CreateModel(
            name='ScenarioVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('published', 'published'), ('retired', 'retired')], default='draft', max_length=10, verbose_name='state')),
                ('entry_policy', models.CharField(choices=[('first_step', 'at the first step'), ('step_by_age', 'at the step its age allows'), ('by_hand', 'chosen by a person')], default='first_step', max_length=12, verbose_name='where a backlog enters')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published at')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('scenario', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='scenarios.scenario')),
            ],
            options={
                'verbose_name': 'version of a scenario',
                'verbose_name_plural': 'versions of scenarios',
                'constraints': [
                    models.UniqueConstraint(fields=('scenario', 'number'), name='scenarios_version_number'),
                    models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('scenario',), name='scenarios_one_draft'),
                    models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('scenario',), name='scenarios_one_published'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('offset_days', models.SmallIntegerField(verbose_name='days from the due date')),
                ('channel', models.CharField(choices=[('email', 'e-mail'), ('post', 'letter'), ('sms', 'SMS'), ('phone', 'call')], max_length=10, verbose_name='channel')),
                ('mode', models.CharField(choices=[('automatic', 'automatic'), ('todo', 'to do by a person'), ('approval', 'sent after approval')], default='todo', max_length=10, verbose_name='mode')),
                ('unit', models.CharField(choices=[('account', 'one message for the account'), ('invoice', 'one message per invoice')], default='account', max_length=10, verbose_name='unit')),
                ('formal_notice', models.BooleanField(default=False, verbose_name='formal notice')),
                ('gap_days', models.PositiveSmallIntegerField(default=5, verbose_name='minimum gap (days)')),
                ('minimum_amount', crm.core.money.MoneyField(decimal_places=3, default=0, max_digits=18, verbose_name='minimum amount')),
                ('owner', models.CharField(choices=[('portfolio', 'portfolio collector'), ('team', 'team of the group'), ('supervisor', 'supervisor of the team')], default='portfolio', max_length=12, verbose_name='owner')),
                ('working_days_only', models.BooleanField(default=True, verbose_name='working days only')),
                ('escalate_after_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='escalate after (days)')),
                ('escalate_above', crm.core.money.MoneyField(blank=True, decimal_places=3, max_digits=18, null=True, verbose_name='escalate above')),
                ('template', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='letters.template', verbose_name='template')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='scenarios.scenarioversion')),
            ],
            options={
                'verbose_name': 'step',
                'verbose_name_plural': 'steps',
                'ordering': ['offset_days'],
                'constraints': [
                    models.UniqueConstraint(fields=('version', 'code'), name='scenarios_step_code', violation_error_message='Two steps of a scenario never share a code.'),
                    models.UniqueConstraint(fields=('version', 'offset_days'), name='scenarios_step_offset', violation_error_message='Two steps of a scenario never share an offset.'),
                    models.CheckConstraint(condition=models.Q(('formal_notice', False), models.Q(models.Q(('mode', 'automatic'), _negated=True), ('offset_days__gt', 0)), _connector='OR'), name='scenarios_step_formal_notice_not_automatic', violation_error_message='A formal notice comes after the due date and needs approval.'),
                    models.CheckConstraint(condition=models.Q(('minimum_amount__gte', 0)), name='scenarios_step_minimum_positive'),
                ],
            },
        ),
        migrations.CreateModel(
            name='DeliveredDefault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60)),
                ('delivered_at', models.DateTimeField()),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.entity')),
            ],
            options={
                'verbose_name': 'delivered default',
                'verbose_name_plural': 'delivered defaults',
                'constraints': [models.UniqueConstraint(fields=('entity', 'code'), name='scenarios_delivered_once')],
            },
        ),
        migrations.RunSQL(GUARD, FREE),
    ]
