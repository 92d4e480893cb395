import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_days_to_pay'),
        ('customers', '0006_the_address_sent_last'),
        ('privacy', '0001_copies_of_files'),
        ('receivables', '0017_anonymised_reasons'),
        ('timeline', '0002_anonymised_with_its_customer'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Purge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='date')),
                ('state', models.CharField(choices=[('counting', 'being counted'), ('proposed', 'to be confirmed'), ('running', 'under way'), ('done', 'done'), ('given_up', 'given up')], default='counting', max_length=10, verbose_name='state')),
                ('rules', models.JSONField(default=dict)),
                ('found', models.JSONField(default=dict)),
                ('gone', models.JSONField(default=dict)),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('confirmed_at', models.DateTimeField(null=True, verbose_name='confirmed at')),
                ('looked_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished at')),
                ('failure', models.TextField(blank=True, verbose_name='failure')),
                ('asked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('confirmed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed by')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.entity', verbose_name='entity')),
            ],
            options={
                'verbose_name': 'purge',
                'verbose_name_plural': 'purges',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('counting', 'proposed', 'running'))), fields=('entity',), name='privacy_one_purge_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='Retention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer_years', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='customers (years)')),
                ('message_years', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='messages and replies (years)')),
                ('upload_years', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='imported files (years)')),
                ('automatic', models.BooleanField(default=False, verbose_name='every month by itself')),
                ('entity', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.entity', verbose_name='entity')),
            ],
            options={
                'verbose_name': 'retention periods',
                'verbose_name_plural': 'retention periods',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Anonymised',
            fields=[
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='customers.customer')),
                ('at', models.DateTimeField()),
                ('purge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='privacy.purge')),
            ],
            options={
                'verbose_name': 'anonymised customer',
                'verbose_name_plural': 'anonymised customers',
                'default_permissions': (),
            },
        ),
    ]
