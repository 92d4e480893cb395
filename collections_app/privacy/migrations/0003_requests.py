import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0006_the_address_sent_last'),
        ('holds', '0008_run_out'),
        ('privacy', '0002_purges'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Request',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('access', 'access to his data (art. 15)'), ('rectification', 'rectification (art. 16)'), ('erasure', 'erasure (art. 17)'), ('restriction', 'restriction of use (art. 18)'), ('portability', 'portability (art. 20)'), ('objection', 'objection (art. 21)')], max_length=15, verbose_name='what he asks')),
                ('received_on', models.DateField(verbose_name='received on')),
                ('due_on', models.DateField(verbose_name='to be answered by')),
                ('words', models.TextField(blank=True, verbose_name='what he wrote')),
                ('extension', models.CharField(blank=True, max_length=200, verbose_name='why it takes longer')),
                ('answered_on', models.DateField(blank=True, null=True, verbose_name='answered on')),
                ('outcome', models.CharField(blank=True, choices=[('granted', 'granted'), ('in_part', 'granted in part'), ('refused', 'declined')], max_length=10, verbose_name='outcome')),
                ('answer', models.TextField(blank=True, verbose_name='answer')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded at')),
                ('answered_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answered by')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer', verbose_name='customer')),
                ('hold', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='holds.hold', verbose_name='hold')),
                ('recorded_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
            ],
            options={
                'verbose_name': 'request of a person',
                'verbose_name_plural': 'requests of persons',
                'default_permissions': (),
                'indexes': [models.Index(condition=models.Q(('answered_on__isnull', True)), fields=['due_on'], name='privacy_request_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('answered_on__isnull', True), ('outcome', '')), models.Q(('answered_on__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='privacy_request_answered_with_outcome')],
            },
        ),
    ]
