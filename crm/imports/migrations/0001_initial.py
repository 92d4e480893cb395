import crm.core.money
import crm.imports.models
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("imports", "0001_batches_profiles_and_known_lines"),
        ("imports", "0002_books_seen_at"),
        ("imports", "0003_what_an_undoing_puts_back"),
        ("imports", "0004_a_file_imported_meanwhile"),
        ("imports", "0006_name_undone_by"),
        ("imports", "0007_labels_an_import_replaced"),
    ]
    dependencies = [
        ('accounts', '0001_initial'),
        ('customers', '0001_initial'),
        ('receivables', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('format', models.CharField(blank=True, choices=[('fec', 'FEC (accounting entries)'), ('open_items', 'open items'), ('customers', 'customers and contacts'), ('payments', 'payments')], max_length=20, verbose_name='format')),
                ('status', models.CharField(choices=[('received', 'received'), ('reading', 'being read'), ('proposed', 'to be confirmed'), ('writing', 'being imported'), ('done', 'imported'), ('refused', 'refused'), ('undone', 'undone'), ('superseded', 'superseded')], default='received', max_length=20, verbose_name='status')),
                ('file', models.FileField(blank=True, storage=crm.imports.models.private_storage, upload_to='imports/%Y/%m/', verbose_name='file')),
                ('file_name', models.CharField(max_length=255, verbose_name='file name')),
                ('digest', models.CharField(blank=True, max_length=64, verbose_name='digest')),
                ('options', models.JSONField(default=dict, verbose_name='options')),
                ('source', models.CharField(blank=True, max_length=80, verbose_name='source')),
                ('as_of', models.DateField(blank=True, null=True, verbose_name='state as of')),
                ('rows_read', models.PositiveIntegerField(default=0, verbose_name='rows read')),
                ('rows_rejected', models.PositiveIntegerField(default=0, verbose_name='rows rejected')),
                ('figures', models.JSONField(default=dict, verbose_name='figures of the file')),
                ('changes', models.JSONField(default=dict, verbose_name='changes')),
                ('refusal', models.TextField(blank=True, verbose_name='why refused or superseded')),
                ('created_at', models.DateTimeField(verbose_name='received at')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished at')),
                ('undone_at', models.DateTimeField(null=True, verbose_name='undone at')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity', verbose_name='entity')),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='undone by')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'indexes': [models.Index(fields=['entity', '-id'], name='imports_batch_by_entity')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('status', 'undone'), ('undone_at__isnull', False)), models.Q(models.Q(('status', 'undone'), _negated=True), ('undone_at__isnull', True)), _connector='OR'), name='imports_batch_undone_when_said')],
            },
        ),
        migrations.CreateModel(
            name='FecLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.UUIDField()),
                ('rank', models.PositiveIntegerField()),
                ('account', models.CharField(max_length=60)),
                ('auxiliary', models.CharField(blank=True, max_length=60)),
                ('year_on', models.DateField()),
                ('entered_on', models.DateField()),
                ('issued_on', models.DateField()),
                ('number', models.CharField(blank=True, max_length=60)),
                ('label', models.CharField(blank=True, max_length=200)),
                ('amount', crm.core.money.MoneyField(decimal_places=3, max_digits=18)),
                ('kind', models.CharField(max_length=20)),
                ('letter', models.CharField(blank=True, max_length=40)),
                ('previous_letter', models.CharField(blank=True, max_length=40)),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='fec_lines', to='imports.batch')),
                ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='fec_lines', to='customers.customer')),
                ('entity', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity')),
                ('letter_batch', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='imports.batch')),
            ],
            options={
                'verbose_name': 'FEC line',
                'verbose_name_plural': 'FEC lines',
                'indexes': [
                    django.contrib.postgres.indexes.BrinIndex(fields=['batch'], name='imports_fecline_of_batch'),
                    models.Index(condition=models.Q(('letter_batch__isnull', False)), fields=['letter_batch'], name='imports_fecline_lettered'),
                ],
                'constraints': [models.UniqueConstraint(fields=('entity', 'digest', 'rank'), name='imports_fecline_once')],
            },
        ),
        migrations.CreateModel(
            name='MappingProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('format', models.CharField(choices=[('fec', 'FEC (accounting entries)'), ('open_items', 'open items'), ('customers', 'customers and contacts'), ('payments', 'payments')], default='open_items', max_length=20, verbose_name='format')),
                ('columns', models.JSONField(default=dict, verbose_name='columns')),
                ('date_format', models.CharField(blank=True, help_text='Empty: detected. Letters d, m, y: dmy, mdy or ymd.', max_length=20, verbose_name='date format')),
                ('decimal_mark', models.CharField(blank=True, help_text='Empty: detected.', max_length=1, verbose_name='decimal mark')),
                ('currency', models.CharField(blank=True, help_text='Empty: that of the entity.', max_length=3, verbose_name='currency')),
                ('mode', models.CharField(choices=[('delta', 'additions and changes'), ('snapshot', 'complete list: what is gone is closed')], default='delta', max_length=10, verbose_name='completeness')),
                ('entity', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.entity', verbose_name='entity')),
            ],
            options={
                'verbose_name': 'mapping profile',
                'verbose_name_plural': 'mapping profiles',
                'constraints': [models.UniqueConstraint(fields=('entity', 'name'), name='imports_profile_name', nulls_distinct=False, violation_error_message='A profile with this name exists already.')],
            },
        ),
        migrations.CreateModel(
            name='RowError',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField(verbose_name='line')),
                ('column', models.CharField(blank=True, max_length=120, verbose_name='column')),
                ('value', models.CharField(blank=True, max_length=200, verbose_name='value')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('params', models.JSONField(default=dict)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='errors', to='imports.batch')),
            ],
            options={
                'verbose_name': 'rejected row',
                'verbose_name_plural': 'rejected rows',
                'indexes': [models.Index(fields=['batch', 'line'], name='imports_error_by_line')],
            },
        ),
        migrations.CreateModel(
            name='LastFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='received at')),
                ('entity', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.entity', verbose_name='entity')),
            ],
            options={
                'verbose_name': 'last transmission',
                'verbose_name_plural': 'last transmissions',
            },
        ),
        migrations.CreateModel(
            name='DueDateBefore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_on', models.DateField()),
                ('due_on_source', models.CharField(max_length=10)),
                ('became_on', models.DateField()),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='due_dates_before', to='imports.batch')),
                ('invoice', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='receivables.invoice')),
            ],
            options={
                'verbose_name': 'due date before an import',
                'verbose_name_plural': 'due dates before an import',
            },
        ),
        migrations.CreateModel(
            name='NewCustomer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer_id', models.BigIntegerField()),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='new_customers', to='imports.batch')),
            ],
            options={
                'verbose_name': 'customer brought by an import',
                'verbose_name_plural': 'customers brought by an import',
            },
        ),
        migrations.CreateModel(
            name='LabelBefore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(blank=True, max_length=200)),
                ('became', models.CharField(max_length=200)),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='labels_before', to='imports.batch')),
                ('invoice', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='receivables.invoice')),
            ],
            options={
                'verbose_name': 'label before an import',
                'verbose_name_plural': 'labels before an import',
            },
        ),
    ]
