import crm.customers.models
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("customers", "0002_best_address"),
        ("customers", "0004_found_by_team_collector_and_siren"),
    ]
    dependencies = [
        ('accounts', '0001_initial'),
        ('core', '0001_extensions_and_functions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(max_length=60, verbose_name='account')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('kind', models.CharField(choices=[('professional', 'professional'), ('consumer', 'consumer'), ('public_body', 'public body'), ('association', 'association')], default='professional', max_length=20, verbose_name='kind')),
                ('siren', models.CharField(blank=True, max_length=9, verbose_name='SIREN')),
                ('siret', models.CharField(blank=True, max_length=14, verbose_name='SIRET')),
                ('vat_number', models.CharField(blank=True, max_length=20, verbose_name='VAT number')),
                ('language', models.CharField(blank=True, help_text='Empty: that of the entity.', max_length=10, verbose_name='language')),
                ('time_zone', models.CharField(blank=True, help_text='Empty: that of the entity.', max_length=50, verbose_name='time zone')),
                ('country', models.CharField(blank=True, max_length=2, verbose_name='country')),
                ('city', models.CharField(blank=True, max_length=80, verbose_name='city')),
                ('category', models.CharField(blank=True, max_length=60, verbose_name='category')),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='tags')),
                ('attributes', models.JSONField(blank=True, default=dict, verbose_name='free attributes')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('collector', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='portfolio', to=settings.AUTH_USER_MODEL, verbose_name='portfolio collector')),
                ('entity', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='customers', to='accounts.entity', verbose_name='entity')),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='customers.customer', verbose_name='merged into')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='children', to='customers.customer', verbose_name='parent group')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='customers', to='accounts.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'customer',
                'verbose_name_plural': 'customers',
                'indexes': [
                    django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(crm.customers.models.PlainText('name'), name='gin_trgm_ops'), name='customers_name_trigrams'),
                    models.Index(models.F('entity'), crm.customers.models.PlainText('name'), models.F('id'), name='customers_by_name'),
                    models.Index(condition=models.Q(('siren', ''), _negated=True), fields=['siren'], name='customers_by_siren'),
                    models.Index(fields=['entity', 'team'], name='customers_by_team'),
                    models.Index(fields=['collector', 'entity'], name='customers_by_collector'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('entity', 'external_id'), name='customers_customer_account', violation_error_message='This account already exists in the entity.'),
                    models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), models.Q(('merged_into', models.F('pk')), _negated=True), _connector='OR'), name='customers_customer_not_merged_into_self'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('role', models.CharField(choices=[('dunning', 'dunning'), ('invoices', 'receives invoices'), ('management', 'management'), ('legal', 'legal'), ('other', 'other')], default='dunning', max_length=20, verbose_name='role')),
                ('position', models.CharField(blank=True, max_length=80, verbose_name='position')),
                ('language', models.CharField(blank=True, max_length=10, verbose_name='language')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='customers.customer')),
            ],
            options={
                'verbose_name': 'contact',
                'verbose_name_plural': 'contacts',
            },
        ),
        migrations.CreateModel(
            name='Address',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('email', 'e-mail'), ('post', 'letter'), ('sms', 'SMS'), ('phone', 'call')], max_length=10, verbose_name='channel')),
                ('value', models.TextField(verbose_name='address')),
                ('preferred', models.BooleanField(default=False, verbose_name='preferred')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ('invalid_since', models.DateField(blank=True, null=True, verbose_name='invalid since')),
                ('invalid_reason', models.CharField(blank=True, max_length=200, verbose_name='why invalid')),
                ('consent', models.CharField(choices=[('unknown', 'unknown'), ('given', 'given'), ('refused', 'refused')], default='unknown', max_length=10, verbose_name='consent')),
                ('opted_out_at', models.DateTimeField(blank=True, null=True, verbose_name='opted out at')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to='customers.contact')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to='customers.customer')),
            ],
            options={
                'verbose_name': 'address',
                'verbose_name_plural': 'addresses',
                'indexes': [models.Index(fields=['channel', 'value'], name='customers_address_lookup')],
                'constraints': [models.UniqueConstraint(fields=('customer', 'channel', 'value'), name='customers_address_once', violation_error_message='This address is already recorded for the customer.')],
            },
        ),
    ]
