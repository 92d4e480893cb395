import crm.core.money
import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("actions", "0002_add_saved_views"),
        ("actions", "0003_fewer_indexes"),
        ("actions", "0005_lines_keyed_by_what_they_join"),
        ("actions", "0006_lock_cycles_first"),
        ("actions", "0007_numbers_in_blocks"),
        ("actions", "0008_lines_found_by_customer"),
        ("actions", "0009_rank_from_weight_and_date"),
        ("actions", "0010_past_cycles_by_customer"),
        ("actions", "0011_orders_of_the_list"),
        ("actions", "0012_weights_compared_fast"),
        ("actions", "0014_calls_by_customer"),
        ("actions", "0015_levels_follow_from_due_dates"),
        ("actions", "0016_automatic_is_not_approved"),
        ("actions", "0017_the_day_a_letter_left"),
        ("actions", "0018_lives_before_a_reopening"),
    ]
    dependencies = [
        ('accounts', '0001_initial'),
        ('core', '0001_extensions_and_functions'),
        ('customers', '0001_initial'),
        ('letters', '0001_initial'),
        ('receivables', '0001_initial'),
        ('scenarios', '0001_initial'),
        ('segments', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name='Cycle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', crm.core.money.CurrencyField(max_length=3, verbose_name='currency')),
                ('opened_on', models.DateField(verbose_name='opened on')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='closed on')),
                ('passed_offset', models.SmallIntegerField(blank=True, null=True, verbose_name='passed up to (days)')),
                ('by_hand', models.BooleanField(default=False, verbose_name='waits for a person')),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='cycles', to='customers.customer')),
                ('entity', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity')),
            ],
            options={
                'verbose_name': 'cycle',
                'verbose_name_plural': 'cycles',
                'indexes': [models.Index(condition=models.Q(('closed_on__isnull', False)), fields=['customer'], name='actions_cycle_past')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_on__isnull', True)), fields=('customer', 'currency'), name='actions_one_open_cycle'), models.CheckConstraint(condition=models.Q(('closed_on__isnull', True), ('closed_on__gte', models.F('opened_on')), _connector='OR'), name='actions_cycle_in_order')],
            },
        ),
        migrations.CreateModel(
            name='Action',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', crm.core.money.CurrencyField(max_length=3, verbose_name='currency')),
                ('kind', models.CharField(choices=[('dunning', 'dunning step'), ('preventive', 'preventive step'), ('manual', 'decided by a person'), ('entry', 'choose where the backlog enters'), ('reply', 'answer a message')], max_length=12, verbose_name='kind')),
                ('step_code', models.CharField(max_length=40, verbose_name='step')),
                ('step_offset', models.SmallIntegerField(blank=True, null=True, verbose_name='days from the due date')),
                ('occasion_on', models.DateField(blank=True, null=True, verbose_name='occasion')),
                ('channel', models.CharField(choices=[('email', 'e-mail'), ('post', 'letter'), ('sms', 'SMS'), ('phone', 'call')], max_length=10, verbose_name='channel')),
                ('mode', models.CharField(choices=[('automatic', 'automatic'), ('todo', 'to do by a person'), ('approval', 'sent after approval')], max_length=10, verbose_name='mode')),
                ('state', models.CharField(choices=[('to_approve', 'to approve'), ('todo', 'to do'), ('scheduled', 'to be sent'), ('done', 'done'), ('skipped', 'skipped'), ('cancelled', 'cancelled')], max_length=12, verbose_name='state')),
                ('formal_notice', models.BooleanField(default=False, verbose_name='formal notice')),
                ('amount', crm.core.money.MoneyField(decimal_places=3, help_text='Net of unapplied money, on the invoices carried.', max_digits=18, verbose_name='amount')),
                ('oldest_due_on', models.DateField(blank=True, null=True, verbose_name='oldest due date')),
                ('opened_on', models.DateField(verbose_name='opened on')),
                ('snoozed_until', models.DateField(blank=True, null=True, verbose_name='snoozed until')),
                ('reasons', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None, verbose_name='reasons')),
                ('escalated_on', models.DateField(blank=True, null=True, verbose_name='escalated on')),
                ('escalation_reason', models.CharField(blank=True, max_length=40, verbose_name='why escalated')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ('outcome', models.CharField(blank=True, max_length=40, verbose_name='outcome')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('run_id', models.BigIntegerField(editable=False, null=True)),
                ('address', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.address')),
                ('closed_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='customers.customer', verbose_name='customer')),
                ('entity', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity', verbose_name='entity')),
                ('group', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='segments.group', verbose_name='group')),
                ('invoice', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='receivables.invoice')),
                ('owner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='actions', to=settings.AUTH_USER_MODEL, verbose_name='collector')),
                ('scenario_version', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scenarios.scenarioversion')),
                ('team', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='actions', to='accounts.team', verbose_name='team')),
                ('template', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='letters.template', verbose_name='template')),
                ('cycle', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='actions.cycle')),
                ('weight', models.FloatField(default=0, help_text="Overdue in the entity's currency; with the days late it gives the rank (see urgency.py).", verbose_name='weight')),
                ('late_since_on', models.DateField(verbose_name='late since')),
                ('approved_on', models.DateField(blank=True, help_text='What it carries stays as it was seen that day.', null=True, verbose_name='approved on')),
                ('left_on', models.DateField(blank=True, help_text='The day a letter was posted, which a person may confirm later; what waits for it counts from then.', null=True, verbose_name='left on')),
                ('reopened_on', models.DateField(blank=True, help_text='The day what had left came back since.', null=True, verbose_name='opened again on')),
            ],
            options={
                'verbose_name': 'action',
                'verbose_name_plural': 'actions',
                'indexes': [models.Index(condition=models.Q(('state__in', ('todo', 'to_approve'))), fields=['entity', 'owner', 'late_since_on', '-weight', 'customer'], name='actions_worklist'), models.Index(condition=models.Q(('state', 'scheduled')), fields=['entity', 'id'], name='actions_leaving'), models.Index(models.F('entity'), django.db.models.functions.comparison.Coalesce('oldest_due_on', models.Value(datetime.date(9999, 12, 31)), output_field=models.DateField()), models.F('id'), condition=models.Q(('state__in', ('todo', 'to_approve'))), name='actions_by_age'), models.Index(condition=models.Q(('state__in', ('to_approve', 'scheduled')), models.Q(('snoozed_until__isnull', False), ('state__in', ('todo', 'to_approve'))), models.Q(('escalated_on__isnull', False), ('state__in', ('todo', 'to_approve'))), _connector='OR'), fields=['entity', 'state', 'owner'], name='actions_exceptions'), models.Index(models.F('entity'), django.db.models.functions.comparison.Cast('amount', models.FloatField()), models.F('id'), condition=models.Q(('state__in', ('todo', 'to_approve'))), name='actions_by_amount'), models.Index(condition=models.Q(('state', 'scheduled')), fields=['entity', 'owner', 'late_since_on', '-weight', 'customer'], name='actions_scheduled'), models.Index(condition=models.Q(('state__in', ('todo', 'to_approve')), models.Q(('channel', 'phone'), _negated=True)), fields=['entity', 'channel'], name='actions_not_calls'), models.Index(models.F('entity'), django.db.models.functions.comparison.Coalesce('oldest_due_on', models.Value(datetime.date(9999, 12, 31)), output_field=models.DateField()), models.F('late_since_on'), condition=models.Q(('state__in', ('todo', 'to_approve')), models.Q(('late_since_on', models.F('oldest_due_on')), _negated=True)), name='actions_with_older_debts'), models.Index(condition=models.Q(('channel', 'phone'), ('state', 'done')), fields=['customer', 'closed_at'], name='actions_calls_made')],
                'constraints': [models.UniqueConstraint(fields=('customer', 'currency', 'step_code', 'cycle', 'invoice', 'occasion_on'), name='actions_action_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('amount', models.Func(models.F('amount'), crm.core.money.CurrencyDecimals(models.F('currency')), function='round', output_field=crm.core.money.MoneyField(decimal_places=3, max_digits=18))), ('amount__isnull', True), _connector='OR'), name='actions_action_exact_money', violation_error_message='An amount has more decimals than its currency allows.'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state__in', ('to_approve', 'todo', 'scheduled'))), models.Q(models.Q(('state__in', ('to_approve', 'todo', 'scheduled')), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='actions_action_closed_with_time'), models.CheckConstraint(condition=models.Q(models.Q(('cycle__isnull', False), ('kind', 'dunning'), ('step_offset__isnull', False)), models.Q(('kind', 'dunning'), _negated=True), _connector='OR'), name='actions_action_cycle_of_dunning'), models.CheckConstraint(condition=models.Q(('approved_on__isnull', True), models.Q(('state__in', ('todo', 'to_approve')), _negated=True), _connector='OR'), name='actions_action_asked_again_not_approved'), models.CheckConstraint(condition=models.Q(('approved_on__isnull', True), models.Q(('mode', 'automatic'), _negated=True), _connector='OR'), name='actions_action_automatic_not_approved'), models.CheckConstraint(condition=models.Q(('left_on__isnull', True), ('state', 'done'), _connector='OR'), name='actions_action_left_when_done')],
            },
        ),
        migrations.CreateModel(
            name='Refusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gate', models.CharField(max_length=40, verbose_name='gate')),
                ('rule', models.CharField(max_length=60, verbose_name='rule')),
                ('first_on', models.DateField(verbose_name='first refused on')),
                ('last_on', models.DateField(verbose_name='last refused on')),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='actions.action')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refusals', to='customers.customer')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity')),
            ],
            options={
                'verbose_name': 'refusal',
                'verbose_name_plural': 'refusals',
                'indexes': [models.Index(fields=['entity', 'last_on'], name='actions_refusal_lately')],
                'constraints': [models.UniqueConstraint(fields=('action', 'gate'), name='actions_refusal_once')],
            },
        ),
        migrations.CreateModel(
            name='ActionLine',
            fields=[
                ('pk', models.CompositePrimaryKey('action_id', 'invoice_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('amount', crm.core.money.MoneyField(decimal_places=3, max_digits=18, verbose_name='net amount')),
                ('action', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='actions.action')),
                ('invoice', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='action_lines', to='receivables.invoice')),
            ],
            options={
                'verbose_name': 'invoice of an action',
                'verbose_name_plural': 'invoices of an action',
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('query', models.CharField(blank=True, max_length=1000, verbose_name='filters')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='views', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'saved view',
                'verbose_name_plural': 'saved views',
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('user', 'name'), name='actions_view_name')],
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entity_id', models.BigIntegerField()),
                ('team_id', models.BigIntegerField(null=True)),
                ('owned', models.BooleanField()),
                ('currency', crm.core.money.CurrencyField(max_length=3, verbose_name='currency')),
                ('state', models.CharField(max_length=12)),
                ('channel', models.CharField(max_length=10)),
                ('oldest_due_on', models.DateField(null=True)),
                ('snoozed_until', models.DateField(null=True)),
                ('escalated_on', models.DateField(null=True)),
                ('number', models.IntegerField()),
                ('amount', models.DecimalField(decimal_places=3, max_digits=24)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['entity_id'], name='actions_tally_of_entity')],
            },
        ),
        migrations.CreateModel(
            name='Life',
            fields=[
                ('pk', models.CompositePrimaryKey('action_id', 'closed_at', blank=True, editable=False, primary_key=True, serialize=False)),
                ('opened_on', models.DateField(verbose_name='opened on')),
                ('closed_at', models.DateTimeField(verbose_name='closed at')),
                ('state', models.CharField(choices=[('to_approve', 'to approve'), ('todo', 'to do'), ('scheduled', 'to be sent'), ('done', 'done'), ('skipped', 'skipped'), ('cancelled', 'cancelled')], max_length=12, verbose_name='state')),
                ('outcome', models.CharField(blank=True, max_length=40, verbose_name='outcome')),
                ('action', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lives', to='actions.action')),
            ],
            options={
                'verbose_name': 'earlier life of an action',
                'verbose_name_plural': 'earlier lives of actions',
            },
        ),
    ]
