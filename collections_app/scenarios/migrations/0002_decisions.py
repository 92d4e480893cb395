import django.core.validators
from django.db import migrations, models

# The step the product delivered as a call nobody makes; what is published never changes otherwise.
DECISIONS = [
    "select set_config('acquit.scenarios_unfrozen', 'on', true)",
    """
    update scenarios_step set mode = 'decision'
    where code = 'decision' and channel = 'phone' and template_id is null and owner = 'supervisor' and mode = 'todo'
    """,
    "select set_config('acquit.scenarios_unfrozen', '', true)",
]
CALLS = [DECISIONS[0], "update scenarios_step set mode = 'todo' where mode = 'decision'", DECISIONS[2]]


class Migration(migrations.Migration):
    dependencies = [("scenarios", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="step",
            name="repeat_after_days",
            field=models.PositiveSmallIntegerField(
                default=30,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(366),
                ],
                verbose_name="decide again after (days)",
            ),
        ),
        migrations.AlterField(
            model_name="step",
            name="mode",
            field=models.CharField(
                choices=[
                    ("automatic", "automatic"),
                    ("todo", "to do by a person"),
                    ("approval", "sent after approval"),
                    ("decision", "decision of a person"),
                ],
                default="todo",
                max_length=10,
                verbose_name="mode",
            ),
        ),
        migrations.RunSQL(DECISIONS, CALLS),
    ]
