import crm.core.money
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("receivables", "0002_late_charges"),
        ("receivables", "0003_movement_undoes"),
        ("receivables", "0005_open_at"),
        ("receivables", "0006_indemnities_are_computed"),
        ("receivables", "0007_record_interruptions"),
        ("receivables", "0008_read_open_invoices_by_due_date"),
        ("receivables", "0009_open_items_from_one_index"),
        ("receivables", "0010_read_open_invoices_by_amount"),
        ("receivables", "0011_training_is_made_again"),
        ("receivables", "0012_settled_and_guessed_by_due_date"),
        ("receivables", "0014_name_fields"),
    ]
    dependencies = [
        ('accounts', '0001_initial'),
        ('core', '0001_extensions_and_functions'),
        ('customers', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(max_length=120, verbose_name='identifier in the books')),
                ('number', models.CharField(max_length=60, verbose_name='number')),
                ('installment', models.PositiveSmallIntegerField(default=1, verbose_name='instalment')),
                ('kind', models.CharField(choices=[('invoice', 'invoice'), ('opening', 'opening balance'), ('returned_payment', 'returned payment or refund'), ('adjustment', 'adjustment')], default='invoice', max_length=20, verbose_name='kind')),
                ('debt_type', models.CharField(choices=[('trade', 'trade'), ('rent', 'rent'), ('telecom', 'telecom'), ('transport', 'transport'), ('insurance', 'insurance'), ('loan', 'loan'), ('other', 'other')], default='trade', max_length=20, verbose_name='debt type')),
                ('issued_on', models.DateField(verbose_name='issued on')),
                ('due_on', models.DateField(verbose_name='due on')),
                ('due_on_source', models.CharField(choices=[('file', 'from the file'), ('terms', 'from confirmed terms'), ('guessed', 'guessed')], default='file', max_length=10, verbose_name='origin of the due date')),
                ('currency', crm.core.money.CurrencyField(max_length=3, verbose_name='currency')),
                ('amount', crm.core.money.MoneyField(decimal_places=3, max_digits=18, verbose_name='amount')),
                ('open_amount', crm.core.money.MoneyField(decimal_places=3, max_digits=18, verbose_name='open amount')),
                ('settled_on', models.DateField(blank=True, null=True, verbose_name='settled on')),
                ('label', models.CharField(blank=True, max_length=200, verbose_name='label')),
                ('import_batch_id', models.BigIntegerField(editable=False, null=True)),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='customers.customer', verbose_name='customer')),
                ('entity', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity', verbose_name='entity')),
            ],
            options={
                'verbose_name': 'invoice',
                'verbose_name_plural': 'invoices',
                'indexes': [
                    models.Index(fields=['customer', 'issued_on'], name='receivables_invoice_customer'),
                    models.Index(fields=['number'], name='receivables_invoice_number'),
                    models.Index(condition=models.Q(('settled_on__isnull', True)), fields=['entity', 'due_on', 'id'], name='receivables_invoice_by_due'),
                    models.Index(condition=models.Q(('settled_on__isnull', True)), fields=['entity', 'customer', 'currency', 'due_on'], include=('id', 'open_amount', 'kind', 'due_on_source', 'issued_on'), name='receivables_invoice_open'),
                    models.Index(condition=models.Q(('settled_on__isnull', True)), fields=['entity', 'open_amount', 'id'], name='receivables_invoice_by_amount'),
                    models.Index(condition=models.Q(('settled_on__isnull', False)), fields=['entity', 'due_on', 'id'], name='receivables_invoice_settled'),
                    models.Index(condition=models.Q(('due_on_source', 'guessed'), ('settled_on__isnull', True)), fields=['entity', 'due_on', 'id'], name='receivables_invoice_guessed'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('entity', 'external_id', 'installment'), name='receivables_invoice_once', violation_error_message='This invoice already exists in the entity.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('amount', models.Func(models.F('amount'), crm.core.money.CurrencyDecimals(models.F('currency')), function='round', output_field=crm.core.money.MoneyField(decimal_places=3, max_digits=18))), ('amount__isnull', True), _connector='OR'), models.Q(('open_amount', models.Func(models.F('open_amount'), crm.core.money.CurrencyDecimals(models.F('currency')), function='round', output_field=crm.core.money.MoneyField(decimal_places=3, max_digits=18))), ('open_amount__isnull', True), _connector='OR')), name='receivables_invoice_exact_money', violation_error_message='An amount has more decimals than its currency allows.'),
                    models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('open_amount__gte', 0), ('open_amount__lte', models.F('amount'))), name='receivables_invoice_open_within_amount', violation_error_message='The open amount lies between zero and the amount of the invoice.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('open_amount', 0), ('settled_on__isnull', False)), models.Q(('open_amount__gt', 0), ('settled_on__isnull', True)), _connector='OR'), name='receivables_invoice_settled_when_zero', violation_error_message='An invoice is settled exactly when nothing is left open.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Credit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(max_length=120, verbose_name='identifier in the books')),
                ('number', models.CharField(blank=True, max_length=60, verbose_name='reference')),
                ('kind', models.CharField(choices=[('payment', 'payment'), ('credit_note', 'credit note'), ('opening', 'opening balance'), ('adjustment', 'adjustment')], default='payment', max_length=20, verbose_name='kind')),
                ('received_on', models.DateField(verbose_name='date')),
                ('currency', crm.core.money.CurrencyField(max_length=3, verbose_name='currency')),
                ('amount', crm.core.money.MoneyField(decimal_places=3, max_digits=18, verbose_name='amount')),
                ('open_amount', crm.core.money.MoneyField(decimal_places=3, max_digits=18, verbose_name='unapplied amount')),
                ('label', models.CharField(blank=True, max_length=200, verbose_name='label')),
                ('import_batch_id', models.BigIntegerField(editable=False, null=True)),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='credits', to='customers.customer', verbose_name='customer')),
                ('entity', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity', verbose_name='entity')),
                ('names_invoice', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='named_by', to='receivables.invoice', verbose_name='invoice it names')),
            ],
            options={
                'verbose_name': 'payment or credit note',
                'verbose_name_plural': 'payments and credit notes',
                'indexes': [
                    models.Index(condition=models.Q(('open_amount__gt', 0)), fields=['entity', 'customer', 'currency'], include=('id', 'open_amount', 'names_invoice'), name='receivables_credit_open'),
                    models.Index(fields=['customer', 'received_on'], name='receivables_credit_customer'),
                    models.Index(condition=models.Q(('open_amount__gt', 0)), fields=['number'], name='receivables_credit_number'),
                    models.Index(condition=models.Q(('names_invoice__isnull', False)), fields=['names_invoice'], name='receivables_credit_names'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('entity', 'external_id'), name='receivables_credit_once', violation_error_message='This payment already exists in the entity.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('amount', models.Func(models.F('amount'), crm.core.money.CurrencyDecimals(models.F('currency')), function='round', output_field=crm.core.money.MoneyField(decimal_places=3, max_digits=18))), ('amount__isnull', True), _connector='OR'), models.Q(('open_amount', models.Func(models.F('open_amount'), crm.core.money.CurrencyDecimals(models.F('currency')), function='round', output_field=crm.core.money.MoneyField(decimal_places=3, max_digits=18))), ('open_amount__isnull', True), _connector='OR')), name='receivables_credit_exact_money', violation_error_message='An amount has more decimals than its currency allows.'),
                    models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('open_amount__gte', 0), ('open_amount__lte', models.F('amount'))), name='receivables_credit_open_within_amount', violation_error_message='The unapplied amount lies between zero and the amount received.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Movement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('allocated', 'allocated'), ('unallocated', 'allocation undone'), ('written_off', 'written off'), ('closed_in_ledger', 'closed in ledger'), ('reopened', 'reopened'), ('adjusted', 'adjusted'), ('refunded', 'refunded')], max_length=20, verbose_name='kind')),
                ('currency', crm.core.money.CurrencyField(max_length=3, verbose_name='currency')),
                ('amount', crm.core.money.MoneyField(decimal_places=3, max_digits=18, verbose_name='amount')),
                ('on', models.DateField(verbose_name='date')),
                ('at', models.DateTimeField(verbose_name='recorded at')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('import_batch_id', models.BigIntegerField(editable=False, null=True)),
                ('by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('credit', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='receivables.credit')),
                ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('entity', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity')),
                ('invoice', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='receivables.invoice')),
                ('undoes', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='receivables.movement', verbose_name='movement it undoes')),
            ],
            options={
                'verbose_name': 'movement',
                'verbose_name_plural': 'movements',
                'indexes': [
                    models.Index(condition=models.Q(('invoice__isnull', False)), fields=['invoice', 'on'], name='receivables_move_invoice'),
                    models.Index(condition=models.Q(('credit__isnull', False)), fields=['credit', 'on'], name='receivables_move_credit'),
                    django.contrib.postgres.indexes.BrinIndex(fields=['import_batch_id'], name='receivables_move_batch'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('amount', models.Func(models.F('amount'), crm.core.money.CurrencyDecimals(models.F('currency')), function='round', output_field=crm.core.money.MoneyField(decimal_places=3, max_digits=18))), ('amount__isnull', True), _connector='OR'), name='receivables_movement_exact_money', violation_error_message='An amount has more decimals than its currency allows.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('amount', 0), _negated=True), models.Q(('invoice__isnull', False), ('credit__isnull', False), _connector='OR')), name='receivables_movement_names_something'),
                    models.UniqueConstraint(condition=models.Q(('undoes__isnull', False)), fields=('undoes',), name='receivables_movement_undone_once', violation_error_message='This movement was undone already.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('amount__lt', 0), ('kind__in', ('allocated', 'written_off', 'closed_in_ledger', 'refunded'))), models.Q(('amount__gt', 0), ('kind__in', ('unallocated', 'reopened'))), ('kind', 'adjusted'), _connector='OR'), name='receivables_movement_sign_of_its_kind', violation_error_message='The sign of a movement follows from its kind.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('allocated', 'unallocated')), _negated=True), models.Q(('credit__isnull', False), ('invoice__isnull', False)), _connector='OR'), name='receivables_movement_allocation_names_both', violation_error_message='An allocation names an invoice and a payment or credit note.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='FormalNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='date')),
                ('at', models.DateTimeField(verbose_name='recorded at')),
                ('invoice', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='formal_notice', to='receivables.invoice', verbose_name='invoice')),
            ],
            options={
                'verbose_name': 'formal notice',
                'verbose_name_plural': 'formal notices',
            },
        ),
        migrations.CreateModel(
            name='Waiver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('interest', 'late payment interest'), ('indemnity', 'fixed recovery indemnity')], max_length=10, verbose_name='kind')),
                ('currency', crm.core.money.CurrencyField(max_length=3, verbose_name='currency')),
                ('amount', crm.core.money.MoneyField(decimal_places=3, max_digits=18, verbose_name='amount waived')),
                ('on', models.DateField(verbose_name='date')),
                ('at', models.DateTimeField(verbose_name='recorded at')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity', verbose_name='entity')),
                ('invoice', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='waivers', to='receivables.invoice', verbose_name='invoice')),
            ],
            options={
                'verbose_name': 'waiver of late charges',
                'verbose_name_plural': 'waivers of late charges',
                'indexes': [models.Index(fields=['invoice'], name='receivables_waiver_invoice')],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('amount', models.Func(models.F('amount'), crm.core.money.CurrencyDecimals(models.F('currency')), function='round', output_field=crm.core.money.MoneyField(decimal_places=3, max_digits=18))), ('amount__isnull', True), _connector='OR'), name='receivables_waiver_exact_money', violation_error_message='An amount has more decimals than its currency allows.'),
                    models.CheckConstraint(condition=models.Q(('amount__gt', 0), models.Q(('reason', ''), _negated=True)), name='receivables_waiver_with_reason', violation_error_message='A waiver has an amount and a reason.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Interruption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('acknowledgement', 'written acknowledgement of the debt'), ('lawsuit', 'legal action'), ('enforcement', 'enforcement measure')], max_length=20, verbose_name='kind')),
                ('on', models.DateField(verbose_name='date')),
                ('ended_on', models.DateField(blank=True, help_text='Of a legal action; empty: pending.', null=True, verbose_name='ended on')),
                ('void', models.BooleanField(default=False, verbose_name='withdrawn or lost')),
                ('reference', models.CharField(help_text='The document that proves it.', max_length=200, verbose_name='reference')),
                ('at', models.DateTimeField(verbose_name='recorded at')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='interruptions', to='customers.customer', verbose_name='customer')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity', verbose_name='entity')),
                ('invoice', models.ForeignKey(blank=True, help_text='Empty: all that was issued by that day.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='interruptions', to='receivables.invoice', verbose_name='invoice')),
            ],
            options={
                'verbose_name': 'interruption of limitation',
                'verbose_name_plural': 'interruptions of limitation',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), models.Q(('ended_on__gte', models.F('on')), ('kind', 'lawsuit')), _connector='OR'), name='receivables_interruption_ends_after_it_began', violation_error_message='A legal action ends on or after the day it began; the others last one day.'),
                    models.CheckConstraint(condition=models.Q(('void', False), ('ended_on__isnull', False), _connector='OR'), name='receivables_interruption_void_when_ended', violation_error_message='A legal action is withdrawn or lost on the day it ends: say which.'),
                ],
            },
        ),
    ]
