import crm.core.money
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("law", "0003_rates_read_since"),
        ("law", "0004_exchange_rate"),
    ]
    dependencies = [
    ]
    operations = [
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('base', crm.core.money.CurrencyField(max_length=3, verbose_name='from currency')),
                ('quote', crm.core.money.CurrencyField(max_length=3, verbose_name='to currency')),
                ('on', models.DateField(verbose_name='from date')),
                ('rate', models.DecimalField(decimal_places=8, max_digits=18, verbose_name='rate')),
            ],
            options={
                'verbose_name': 'exchange rate',
                'verbose_name_plural': 'exchange rates',
                'constraints': [
                    models.UniqueConstraint(fields=('base', 'quote', 'on'), name='law_exchange_rate_once'),
                    models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='law_exchange_rate_positive'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('jurisdiction', models.CharField(max_length=10, verbose_name='jurisdiction')),
                ('on', models.DateField(verbose_name='date')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
            ],
            options={
                'verbose_name': 'public holiday',
                'verbose_name_plural': 'public holidays',
                'constraints': [models.UniqueConstraint(fields=('jurisdiction', 'on'), name='law_holiday_once')],
            },
        ),
        migrations.CreateModel(
            name='Rate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('jurisdiction', models.CharField(max_length=10, verbose_name='jurisdiction')),
                ('kind', models.CharField(choices=[('central_bank', 'central bank refinancing rate'), ('legal_professional', 'legal interest, professional creditors'), ('legal_individual', 'legal interest, private creditors'), ('late_professional', 'late payment penalties between professionals'), ('late_public_body', 'late payment penalties owed by public bodies')], max_length=30, verbose_name='kind')),
                ('starts_on', models.DateField(verbose_name='in force from')),
                ('percent', models.DecimalField(decimal_places=4, max_digits=8, verbose_name='percent a year')),
                ('source', models.CharField(max_length=200, verbose_name='source')),
            ],
            options={
                'verbose_name': 'legal rate',
                'verbose_name_plural': 'legal rates',
                'constraints': [models.UniqueConstraint(fields=('jurisdiction', 'kind', 'starts_on'), name='law_rate_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('jurisdiction', models.CharField(max_length=10, verbose_name='jurisdiction')),
                ('code', models.CharField(max_length=60, verbose_name='code')),
                ('customer_kind', models.CharField(blank=True, max_length=20, verbose_name='kind of customer')),
                ('debt_type', models.CharField(blank=True, max_length=20, verbose_name='debt type')),
                ('starts_on', models.DateField(verbose_name='in force from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='in force until')),
                ('value', models.JSONField(verbose_name='value')),
                ('article', models.CharField(max_length=200, verbose_name='article or policy')),
            ],
            options={
                'verbose_name': 'rule',
                'verbose_name_plural': 'rules',
                'constraints': [models.UniqueConstraint(fields=('jurisdiction', 'code', 'customer_kind', 'debt_type', 'starts_on'), name='law_rule_once_a_day')],
            },
        ),
    ]
