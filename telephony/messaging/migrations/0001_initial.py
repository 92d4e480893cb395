import crm.core.money
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("messaging", "0002_news_names_our_message_id"),
        ("messaging", "0003_bound_compositions"),
        ("messaging", "0004_fewer_indexes"),
        ("messaging", "0006_days_of_sending"),
        ("messaging", "0007_find_recent_attempts"),
        ("messaging", "0008_hold_messages_of_a_night"),
        ("messaging", "0009_failed_messages_wait_for_a_person"),
        ("messaging", "0010_mail_nobody_could_read"),
        ("messaging", "0011_messages_note_the_day_they_count_on"),
    ]
    dependencies = [
        ('accounts', '0001_initial'),
        ('core', '0001_extensions_and_functions'),
        ('customers', '0001_initial'),
    ]
    operations = [
        migrations.CreateModel(
            name='MailboxPosition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mailbox', models.CharField(max_length=300, unique=True)),
                ('uid_validity', models.BigIntegerField(default=0)),
                ('last_uid', models.BigIntegerField(default=0)),
                ('read_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'position in a mailbox',
                'verbose_name_plural': 'positions in mailboxes',
                'constraints': [models.CheckConstraint(condition=models.Q(('last_uid__gte', 0)), name='messaging_position_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('email', 'e-mail'), ('post', 'letter'), ('sms', 'SMS'), ('phone', 'call')], max_length=10, verbose_name='channel')),
                ('recipient', models.TextField(verbose_name='recipient')),
                ('language', models.CharField(blank=True, max_length=10, verbose_name='language')),
                ('origin', models.CharField(max_length=20, verbose_name='asked by')),
                ('origin_id', models.BigIntegerField(verbose_name='number of what asked')),
                ('attempt_key', models.PositiveSmallIntegerField(default=1)),
                ('occasion', models.BigIntegerField(blank=True, editable=False, null=True)),
                ('state', models.CharField(choices=[('planned', 'planned'), ('waiting', 'waiting'), ('held', 'held for a release'), ('ready', 'ready to print'), ('reserved', 'leaving'), ('ambiguous', 'to verify'), ('sent', 'sent'), ('failed', 'failed'), ('delivered', 'delivered'), ('read', 'read'), ('bounced', 'bounced'), ('complained', 'marked as unwanted'), ('blocked', 'blocked'), ('cancelled', 'cancelled')], default='planned', max_length=12, verbose_name='state')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('not_before_at', models.DateTimeField(verbose_name='not before')),
                ('handed_until', models.DateTimeField(editable=False, help_text='A worker was told; not told again.', null=True)),
                ('lease_until', models.DateTimeField(editable=False, null=True)),
                ('subject', models.CharField(blank=True, max_length=300, verbose_name='subject')),
                ('body', models.BinaryField(null=True)),
                ('digest', models.CharField(blank=True, help_text='SHA-256 of all that was written.', max_length=64, verbose_name='digest')),
                ('template_version_id', models.BigIntegerField(editable=False, null=True)),
                ('variables', models.JSONField(blank=True, default=dict, verbose_name='variables')),
                ('amount', crm.core.money.MoneyField(blank=True, decimal_places=3, max_digits=18, null=True, verbose_name='amount')),
                ('currency', crm.core.money.CurrencyField(blank=True, default='', max_length=3, verbose_name='currency')),
                ('message_id', models.CharField(max_length=200, verbose_name='Message-ID')),
                ('token', models.CharField(editable=False, max_length=32)),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('reserved_at', models.DateTimeField(blank=True, null=True, verbose_name='reserved at')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                ('delivered_at', models.DateTimeField(blank=True, null=True, verbose_name='delivered at')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='failed at')),
                ('address', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.address')),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='customers.customer', verbose_name='customer')),
                ('entity', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity', verbose_name='entity')),
                ('compose_failures', models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
                ('held_by', models.BigIntegerField(editable=False, help_text='The run that asked for it.', null=True)),
                ('counts_on', models.DateField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'indexes': [
                    models.Index(condition=models.Q(('state__in', ('planned', 'waiting'))), fields=['not_before_at', 'id'], name='messaging_due'),
                    models.Index(condition=models.Q(('state', 'reserved')), fields=['lease_until'], name='messaging_leased'),
                    models.Index(condition=models.Q(('sent_at__isnull', False)), fields=['customer', 'channel', 'sent_at'], include=('occasion', 'recipient'), name='messaging_contacts'),
                    models.Index(fields=['customer', '-id'], name='messaging_of_customer'),
                    models.Index(condition=models.Q(('state', 'held')), fields=['held_by'], name='messaging_held'),
                    models.Index(condition=models.Q(('state__in', ('ready', 'ambiguous', 'failed'))), fields=['entity', 'id'], include=('state',), name='messaging_for_a_person'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('origin', 'origin_id', 'attempt_key'), name='messaging_message_once'),
                    models.CheckConstraint(condition=models.Q(('amount', models.Func(models.F('amount'), crm.core.money.CurrencyDecimals(models.F('currency')), function='round', output_field=crm.core.money.MoneyField(decimal_places=3, max_digits=18))), ('amount__isnull', True), _connector='OR'), name='messaging_message_exact_money', violation_error_message='An amount has more decimals than its currency allows.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state', 'reserved')), models.Q(('state', 'reserved'), _negated=True), _connector='OR'), name='messaging_message_reserved_with_lease'),
                    models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state__in', ('sent', 'delivered', 'read', 'bounced', 'complained'))), models.Q(('state__in', ('sent', 'delivered', 'read', 'bounced', 'complained')), _negated=True), _connector='OR'), name='messaging_message_sent_with_time'),
                    models.UniqueConstraint(fields=('message_id',), name='messaging_message_id_once'),
                    models.UniqueConstraint(fields=('token',), name='messaging_token_once'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'waiting', 'held', 'ready', 'reserved', 'ambiguous', 'sent', 'failed', 'delivered', 'read', 'bounced', 'complained', 'blocked', 'cancelled'])), name='messaging_message_state'),
                    models.CheckConstraint(condition=models.Q(('state__in', ('planned', 'waiting', 'held', 'blocked', 'cancelled')), models.Q(('digest', ''), _negated=True), _connector='OR'), name='messaging_message_frozen_before_leaving'),
                    models.CheckConstraint(condition=models.Q(models.Q(('held_by__isnull', False), ('state', 'held')), models.Q(('state', 'held'), _negated=True), _connector='OR'), name='messaging_message_held_by_a_run'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Enclosure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('mimetype', models.CharField(max_length=100, verbose_name='type')),
                ('content', models.BinaryField()),
                ('digest', models.CharField(max_length=64, verbose_name='digest')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='enclosures', to='messaging.message')),
            ],
            options={
                'verbose_name': 'enclosure',
                'verbose_name_plural': 'enclosures',
            },
        ),
        migrations.CreateModel(
            name='DeliveryEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(max_length=30, verbose_name='provider')),
                ('key', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('sent', 'sent'), ('delivered', 'delivered'), ('read', 'read'), ('opened', 'opened'), ('clicked', 'clicked'), ('deferred', 'delayed'), ('bounced', 'bounced'), ('rejected', 'refused by the provider'), ('complained', 'marked as unwanted'), ('unsubscribed', 'unsubscribed'), ('autoresponded', 'automatic answer'), ('other', 'other')], max_length=14, verbose_name='kind')),
                ('permanent', models.BooleanField(default=False, help_text='The address itself does not work.', verbose_name='for good')),
                ('provider_id', models.CharField(blank=True, max_length=200)),
                ('recipient', models.CharField(blank=True, max_length=320, verbose_name='recipient')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('received_at', models.DateTimeField(verbose_name='received at')),
                ('payload', models.JSONField(default=dict, verbose_name='as received')),
                ('applied_at', models.DateTimeField(null=True)),
                ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='delivery_events', to='messaging.message')),
                ('message_ref', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'verbose_name': 'delivery event',
                'verbose_name_plural': 'delivery events',
                'indexes': [models.Index(condition=models.Q(('applied_at__isnull', True)), fields=['id'], name='messaging_event_to_apply')],
                'constraints': [models.UniqueConstraint(fields=('provider', 'key'), name='messaging_event_once')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField(verbose_name='started at')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
                ('provider', models.CharField(blank=True, max_length=30, verbose_name='provider')),
                ('provider_id', models.CharField(blank=True, max_length=200, verbose_name="provider's number")),
                ('result', models.CharField(choices=[('started', 'started'), ('accepted', 'accepted'), ('temporary', 'refused for now'), ('permanent', 'refused for good'), ('ambiguous', 'nobody can tell'), ('not_sent', 'not sent, says a person')], default='started', max_length=10, verbose_name='result')),
                ('error_code', models.CharField(blank=True, max_length=60, verbose_name='error')),
                ('error_text', models.TextField(blank=True, verbose_name='what the provider said')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='messaging.message')),
            ],
            options={
                'verbose_name': 'attempt',
                'verbose_name_plural': 'attempts',
                'indexes': [
                    models.Index(condition=models.Q(('provider_id', ''), _negated=True), fields=['provider_id'], name='messaging_attempt_provider'),
                    django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['started_at'], name='messaging_attempt_recent', pages_per_range=32),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('result', 'started')), fields=('message',), name='messaging_one_attempt_at_a_time'),
                    models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('result', 'started')), models.Q(models.Q(('result', 'started'), _negated=True), models.Q(('ended_at', None), _negated=True)), _connector='OR'), name='messaging_attempt_ended_with_result'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Reply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('unread', 'not read yet'), ('answer', 'answer'), ('automatic', 'automatic answer'), ('bounce', 'delivery report'), ('unreadable', 'could not be read'), ('set_aside', 'set aside')], default='unread', max_length=10, verbose_name='kind')),
                ('matched_by', models.CharField(blank=True, max_length=12, verbose_name='recognised by')),
                ('header_id', models.CharField(max_length=300, unique=True, verbose_name='Message-ID')),
                ('sender', models.CharField(blank=True, max_length=320, verbose_name='from')),
                ('recipients', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=320), default=list, size=None, verbose_name='to')),
                ('subject', models.CharField(blank=True, max_length=300, verbose_name='subject')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('raw', models.BinaryField()),
                ('received_at', models.DateTimeField(verbose_name='received at')),
                ('read_at', models.DateTimeField(editable=False, null=True)),
                ('customer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='customers.customer', verbose_name='customer')),
                ('entity', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity', verbose_name='entity')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='replies', to='messaging.message', verbose_name='message')),
            ],
            options={
                'verbose_name': 'reply received',
                'verbose_name_plural': 'replies received',
                'indexes': [
                    models.Index(fields=['customer', '-id'], name='messaging_reply_of_customer'),
                    models.Index(condition=models.Q(('kind__in', ('unread', 'unreadable'))), fields=['id'], name='messaging_reply_to_read'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('customer__isnull', True), ('entity__isnull', False), _connector='OR'), name='messaging_reply_of_an_entity'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind', 'unread'), ('read_at__isnull', True)), models.Q(models.Q(('kind', 'unread'), _negated=True), models.Q(('read_at', None), _negated=True)), _connector='OR'), name='messaging_reply_read_with_kind'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SendingDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('email', 'e-mail'), ('post', 'letter'), ('sms', 'SMS'), ('phone', 'call')], max_length=10, verbose_name='channel')),
                ('on', models.DateField(verbose_name='date')),
                ('number', models.PositiveIntegerField(db_default=0, default=0, verbose_name='number')),
                ('full_at', models.DateTimeField(null=True, verbose_name='ceiling reached at')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.entity', verbose_name='entity')),
            ],
            options={
                'verbose_name': 'day of sending',
                'verbose_name_plural': 'days of sending',
                'constraints': [models.UniqueConstraint(fields=('entity', 'channel', 'on'), name='messaging_day_once')],
            },
        ),
        migrations.CreateModel(
            name='Withholding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.BigIntegerField(unique=True)),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.entity', verbose_name='entity')),
            ],
            options={
                'verbose_name': 'night withheld',
                'verbose_name_plural': 'nights withheld',
            },
        ),
    ]
