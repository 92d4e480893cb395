import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from crm.core.references import refer_in_sets


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_references_checked_in_sets'),
        ('accounts', '0002_api_tokens'),
        ('actions', '0003_fewer_indexes'),
        ('customers', '0002_best_address'),
        ('letters', '0004_say_who_a_template_is_for'),
        ('receivables', '0006_indemnities_are_computed'),
        ('scenarios', '0002_published_versions_never_change'),
        ('segments', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='action',
            name='actions_open_of_customer',
        ),
        migrations.RemoveIndex(
            model_name='action',
            name='actions_of_cycle',
        ),
        migrations.AlterField(
            model_name='action',
            name='address',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.address'),
        ),
        migrations.AlterField(
            model_name='action',
            name='closed_by',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='action',
            name='customer',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='customers.customer', verbose_name='customer'),
        ),
        migrations.AlterField(
            model_name='action',
            name='cycle',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='actions.cycle'),
        ),
        migrations.AlterField(
            model_name='action',
            name='entity',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity', verbose_name='entity'),
        ),
        migrations.AlterField(
            model_name='action',
            name='group',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='segments.group', verbose_name='group'),
        ),
        migrations.AlterField(
            model_name='action',
            name='invoice',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='receivables.invoice'),
        ),
        migrations.AlterField(
            model_name='action',
            name='owner',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='actions', to=settings.AUTH_USER_MODEL, verbose_name='collector'),
        ),
        migrations.AlterField(
            model_name='action',
            name='scenario_version',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scenarios.scenarioversion'),
        ),
        migrations.AlterField(
            model_name='action',
            name='team',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='actions', to='accounts.team', verbose_name='team'),
        ),
        migrations.AlterField(
            model_name='action',
            name='template',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='letters.template', verbose_name='template'),
        ),
        migrations.AlterField(
            model_name='actionline',
            name='action',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='actions.action'),
        ),
        migrations.AlterField(
            model_name='actionline',
            name='invoice',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='action_lines', to='receivables.invoice'),
        ),
        migrations.AlterField(
            model_name='cycle',
            name='customer',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='cycles', to='customers.customer'),
        ),
        migrations.AlterField(
            model_name='cycle',
            name='entity',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity'),
        ),
        refer_in_sets("actions_cycle", {"entity_id": "accounts_entity", "customer_id": "customers_customer"}),
        refer_in_sets(
            "actions_action",
            {
                "entity_id": "accounts_entity",
                "customer_id": "customers_customer",
                "cycle_id": "actions_cycle",
                "invoice_id": "receivables_invoice",
                "template_id": "letters_template",
                "scenario_version_id": "scenarios_scenarioversion",
                "group_id": "segments_group",
                "address_id": "customers_address",
                "owner_id": "accounts_user",
                "team_id": "accounts_team",
                "closed_by_id": "accounts_user",
            },
        ),
        refer_in_sets("actions_actionline", {"action_id": "actions_action", "invoice_id": "receivables_invoice"}),
    ]
