from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("holds", "0006_promises_by_their_day")]
    operations = [
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(fields=["invoice"], condition=Q(outcome="settled"), name="holds_hold_settled"),
        )
    ]
