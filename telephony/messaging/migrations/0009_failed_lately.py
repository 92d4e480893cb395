from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("messaging", "0008_what_is_forgotten")]
    operations = [
        migrations.RemoveIndex(model_name="message", name="messaging_for_a_person"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=Q(state__in=("ready", "ambiguous")), fields=["entity", "state"], name="messaging_for_a_person"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(condition=Q(state="failed"), fields=["entity", "closed_at"], name="messaging_failed"),
        ),
    ]
