import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("letters", "0002_remember_delivered_defaults"),
        ("letters", "0003_print_batches"),
        ("letters", "0004_say_who_a_template_is_for"),
    ]
    dependencies = [
        ('accounts', '0001_initial'),
        ('messaging', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name='Template',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(help_text='Short name without spaces, used by imports; it never changes.', max_length=40, verbose_name='code')),
                ('name', models.CharField(help_text='What collectors and scenarios see.', max_length=120, verbose_name='name')),
                ('channel', models.CharField(choices=[('email', 'e-mail'), ('post', 'letter'), ('sms', 'SMS'), ('phone', 'call')], max_length=10, verbose_name='channel')),
                ('tone', models.CharField(choices=[('preventive', 'preventive'), ('friendly', 'friendly'), ('reminder', 'reminder'), ('firm', 'firm'), ('formal_notice', 'formal notice'), ('statement', 'statement')], help_text='Before the due date and on statements, items not yet due are listed. A formal notice lists only the invoices that reached it.', max_length=15, verbose_name='tone')),
                ('attach_statement', models.BooleanField(default=False, help_text='A PDF of all open items.', verbose_name='attach the statement of account')),
                ('attach_invoice_list', models.BooleanField(default=False, help_text='A spreadsheet of the invoices concerned.', verbose_name='attach the list of invoices')),
                ('archived', models.BooleanField(default=False, help_text='Out of the lists; steps and messages that use it keep it.', verbose_name='archived')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='templates', to='accounts.entity', verbose_name='entity')),
                ('for_consumers', models.BooleanField(default=False, help_text='Then neither late penalties nor the 40 € are expected in the text.', verbose_name='written to consumers')),
            ],
            options={
                'verbose_name': 'template',
                'verbose_name_plural': 'templates',
                'constraints': [models.UniqueConstraint(fields=('entity', 'code'), name='letters_template_code', violation_error_message='A template with this code already exists in the entity.')],
            },
        ),
        migrations.CreateModel(
            name='TemplateVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('subject', models.CharField(blank=True, max_length=300, verbose_name='subject')),
                ('body', models.TextField(verbose_name='body')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published at')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('template', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='letters.template')),
            ],
            options={
                'verbose_name': 'version of a template',
                'verbose_name_plural': 'versions of templates',
                'constraints': [
                    models.UniqueConstraint(fields=('template', 'language', 'number'), name='letters_version_number'),
                    models.UniqueConstraint(condition=models.Q(('published_at__isnull', True)), fields=('template', 'language'), name='letters_one_draft', violation_error_message='This template already has a draft in this language.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='DeliveredDefault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, verbose_name='code')),
                ('delivered_at', models.DateTimeField(verbose_name='delivered at')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.entity')),
            ],
            options={
                'verbose_name': 'delivered default',
                'verbose_name_plural': 'delivered defaults',
                'constraints': [models.UniqueConstraint(fields=('entity', 'code'), name='letters_delivered_once')],
            },
        ),
        migrations.CreateModel(
            name='PrintBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='day')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number of the day')),
                ('state', models.CharField(choices=[('prepared', 'to be posted'), ('posted', 'posted'), ('given_up', 'given up')], default='prepared', max_length=10, verbose_name='state')),
                ('file', models.FileField(blank=True, upload_to='print_batches/%Y/%m/', verbose_name='file to print')),
                ('pages', models.PositiveIntegerField(default=0, verbose_name='pages')),
                ('prepared_at', models.DateTimeField(verbose_name='prepared at')),
                ('posted_on', models.DateField(blank=True, null=True, verbose_name='posted on')),
                ('posted_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity', verbose_name='entity')),
                ('posted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed by')),
                ('prepared_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='prepared by')),
            ],
            options={
                'verbose_name': 'print batch',
                'verbose_name_plural': 'print batches',
                'constraints': [
                    models.UniqueConstraint(fields=('entity', 'on', 'number'), name='letters_batch_number'),
                    models.CheckConstraint(condition=models.Q(models.Q(('posted_at__isnull', False), ('posted_on__isnull', False), ('state', 'posted')), models.Q(models.Q(('state', 'posted'), _negated=True), ('posted_at', None), ('posted_on', None)), _connector='OR'), name='letters_batch_posted_with_date'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PrintedLetter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='position')),
                ('pages', models.PositiveSmallIntegerField(default=0, verbose_name='pages')),
                ('registered', models.BooleanField(default=False, verbose_name='registered')),
                ('registered_number', models.CharField(blank=True, max_length=40, verbose_name='registered number')),
                ('taken_out_at', models.DateTimeField(blank=True, null=True, verbose_name='taken out at')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='letters', to='letters.printbatch', verbose_name='batch')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.message', verbose_name='message')),
            ],
            options={
                'verbose_name': 'printed letter',
                'verbose_name_plural': 'printed letters',
                'constraints': [
                    models.UniqueConstraint(fields=('batch', 'position'), name='letters_printed_position'),
                    models.UniqueConstraint(condition=models.Q(('taken_out_at__isnull', True)), fields=('message',), name='letters_printed_once'),
                ],
            },
        ),
    ]
