from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("engine", "0008_a_backlog_stops_before_a_notice")]
    operations = [
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(
                    (
                        "outcome__in",
                        ("no_scenario", "ladder_finished", "below_minimum", "due_date_not_certain", "no_worked_day"),
                    ),
                    ("overdue", True),
                ),
                fields=["entity", "customer"],
                name="engine_account_unplanned",
            ),
        ),
    ]
