import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_never_from_training_and_references")]
    operations = [
        migrations.AddField(
            model_name='reply',
            name='arrived_at',
            field=models.DateTimeField(help_text='When its mailbox took it.', null=True, verbose_name='arrived at'),
        ),
        migrations.AddField(
            model_name='deliveryevent',
            name='error',
            field=models.CharField(blank=True, db_default='', max_length=200, verbose_name='error'),
        ),
        migrations.AddField(
            model_name='deliveryevent',
            name='given_up_at',
            field=models.DateTimeField(null=True, verbose_name='given up at'),
        ),
        migrations.AlterField(
            model_name='deliveryevent',
            name='applied_at',
            field=models.DateTimeField(null=True, verbose_name='applied at'),
        ),
        migrations.AlterField(
            model_name='deliveryevent',
            name='message',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='delivery_events', to='messaging.message', verbose_name='message'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='result',
            field=models.CharField(choices=[('started', 'started'), ('accepted', 'accepted'), ('no_answer', 'nobody reached'), ('temporary', 'refused for now'), ('permanent', 'refused for good'), ('ambiguous', 'nobody can tell'), ('not_sent', 'not sent, says a person')], default='started', max_length=10, verbose_name='result'),
        ),
    ]
