"""The day a letter was posted, for what waits for it. Letters confirmed before count from their confirmation."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("actions", "0016_automatic_is_not_approved")]
    operations = [
        migrations.AddField(
            model_name="action",
            name="left_on",
            field=models.DateField(
                blank=True,
                help_text="The day a letter was posted, which a person may confirm later; what waits for it counts from then.",
                null=True,
                verbose_name="left on",
            ),
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.CheckConstraint(
                condition=models.Q(("left_on__isnull", True), ("state", "done"), _connector="OR"),
                name="actions_action_left_when_done",
            ),
        ),
    ]
