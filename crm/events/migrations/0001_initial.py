import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("events", "0002_delivery_retry_at"),
        ("events", "0003_name_fields"),
    ]
    dependencies = [
    ]
    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entity_id', models.BigIntegerField()),
                ('customer_id', models.BigIntegerField(null=True)),
                ('kind', models.CharField(max_length=60)),
                ('payload', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'events',
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('consumer', models.CharField(max_length=60, verbose_name='told to')),
                ('processed_at', models.DateTimeField(null=True, verbose_name='taken at')),
                ('failures', models.PositiveSmallIntegerField(default=0, verbose_name='failures')),
                ('last_error', models.TextField(blank=True, verbose_name='last error')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='events.event', verbose_name='event')),
                ('retry_at', models.DateTimeField(null=True, verbose_name='to be tried again at')),
            ],
            options={
                'verbose_name': 'delivery of an event',
                'verbose_name_plural': 'deliveries of events',
                'indexes': [models.Index(condition=models.Q(('processed_at__isnull', True)), fields=['consumer', 'event'], name='events_delivery_waiting')],
                'constraints': [models.UniqueConstraint(fields=('event', 'consumer'), name='events_delivery_once')],
            },
        ),
    ]
