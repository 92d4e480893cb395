import collections_app.letters.models
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_training_and_what_a_person_sees'),
        ('letters', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Preparation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='day')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('failure', models.TextField(blank=True, verbose_name='failure')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.entity', verbose_name='entity')),
            ],
            options={
                'verbose_name': 'preparation of a print batch',
                'verbose_name_plural': 'preparations of print batches',
                'indexes': [models.Index(fields=['entity', '-asked_at'], name='letters_preparation_last')],
            },
        ),
        migrations.AlterField(
            model_name='printbatch',
            name='file',
            field=models.FileField(blank=True, upload_to=collections_app.letters.models.folder_of_its_day, verbose_name='file to print'),
        ),
    ]
