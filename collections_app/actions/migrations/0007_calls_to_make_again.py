from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("actions", "0006_what_is_open_of_a_customer")]

    operations = [
        migrations.AddIndex(
            model_name="life",
            index=models.Index(
                fields=["closed_at"], condition=Q(outcome="call_back"), name="actions_life_to_call_back"
            ),
        ),
    ]
