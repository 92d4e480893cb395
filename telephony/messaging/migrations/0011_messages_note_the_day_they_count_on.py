from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0010_mail_nobody_could_read'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='counts_on',
            field=models.DateField(editable=False, null=True),
        ),
    ]
