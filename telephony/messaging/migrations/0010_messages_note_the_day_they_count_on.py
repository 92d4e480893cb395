from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0009_failed_messages_wait_for_a_person'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='counts_on',
            field=models.DateField(editable=False, null=True),
        ),
    ]
