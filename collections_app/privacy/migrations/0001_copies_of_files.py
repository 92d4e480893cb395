import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('customers', '0006_the_address_sent_last'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PersonExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished at')),
                ('file', models.FileField(blank=True, upload_to='personal_data/%Y/%m/', verbose_name='file')),
                ('size', models.BigIntegerField(default=0, verbose_name='size')),
                ('failure', models.TextField(blank=True, verbose_name='failure')),
                ('erased_at', models.DateTimeField(null=True, verbose_name='erased at')),
                ('asked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer', verbose_name='customer')),
            ],
            options={
                'verbose_name': 'copy of a file',
                'verbose_name_plural': 'copies of files',
                'default_permissions': (),
                'indexes': [models.Index(condition=models.Q(('erased_at__isnull', True)), fields=['asked_at'], name='privacy_export_kept')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('finished_at__isnull', True)), fields=('customer',), name='privacy_one_export_at_a_time')],
            },
        ),
    ]
