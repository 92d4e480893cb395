from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0002_books_seen_at_and_references'),
    ]

    operations = [
        migrations.AddField(
            model_name='batch',
            name='asked_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
