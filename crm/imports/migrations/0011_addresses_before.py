import django.db.models.deletion
from django.db import migrations, models

from crm.core.references import refer_in_sets


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0001_extensions_and_functions'),
        ('imports', '0010_the_first_transmission'),
    ]

    operations = [
        migrations.CreateModel(
            name='AddressBefore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_id', models.BigIntegerField(db_index=True)),
                ('is_new', models.BooleanField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('became_at', models.DateTimeField(null=True)),
                ('retired_on', models.DateField(null=True)),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='addresses_before', to='imports.batch')),
            ],
            options={
                'verbose_name': 'address before an import',
                'verbose_name_plural': 'addresses before an import',
            },
        ),
        refer_in_sets('imports_addressbefore', {'batch_id': 'imports_batch'}),
    ]
