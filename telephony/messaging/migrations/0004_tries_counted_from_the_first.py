from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0003_arrivals_and_news_given_up'),
    ]

    operations = [
        migrations.AddField(
            model_name='deliveryevent',
            name='failing_since',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='reply',
            name='failing_since',
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
