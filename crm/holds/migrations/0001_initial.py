import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("holds", "0002_net_open_items"),
        ("holds", "0003_net_open_items_in_one_pass"),
        ("holds", "0004_net_open_items_of_a_range"),
        ("holds", "0005_net_open_items_as_text"),
        ("holds", "0006_name_fields"),
    ]
    dependencies = [
        ('accounts', '0001_initial'),
        ('customers', '0001_initial'),
        ('receivables', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('born_before', models.DateField(blank=True, null=True, verbose_name='claims born before')),
                ('kind', models.CharField(choices=[('dispute', 'dispute'), ('promise', 'promise'), ('plan', 'payment plan'), ('insolvency', 'insolvency proceedings'), ('legal', 'legal action'), ('manual', 'decided by a person')], max_length=12, verbose_name='kind')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until (included)')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='ended on')),
                ('outcome', models.CharField(blank=True, choices=[('expired', 'expired'), ('lifted', 'lifted'), ('settled', 'settled')], max_length=10, verbose_name='outcome')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='customers.customer', verbose_name='customer')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity', verbose_name='entity')),
                ('invoice', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='receivables.invoice', verbose_name='invoice')),
            ],
            options={
                'verbose_name': 'hold',
                'verbose_name_plural': 'holds',
                'indexes': [
                    models.Index(condition=models.Q(('ended_on__isnull', True)), fields=['customer'], name='holds_hold_in_force'),
                    models.Index(condition=models.Q(('ended_on__isnull', True)), fields=['entity', 'ends_on'], name='holds_hold_expiring'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('invoice__isnull', True), ('born_before__isnull', True), _connector='OR'), name='holds_hold_one_scope', violation_error_message='A hold covers one invoice or the claims born before a date, not both.'),
                    models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='holds_hold_in_order', violation_error_message='A hold ends on or after the day it starts.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('ended_on__isnull', True), ('outcome', '')), models.Q(('ended_on__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='holds_hold_ended_with_outcome'),
                ],
            },
        ),
    ]
