from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("holds", "0005_declarations_of_claims")]
    operations = [
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("kind", "promise")), fields=["entity", "ends_on"], name="holds_hold_promised"
            ),
        ),
    ]
