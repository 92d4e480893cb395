from django.db import migrations, models

# Those that wait are asked as what they are.
DECISIONS = """
update actions_action x set mode = 'decision'
from scenarios_step s
where s.version_id = x.scenario_version_id and s.code = x.step_code and s.mode = 'decision'
  and x.kind = 'dunning' and x.state = 'todo'
"""
CALLS = "update actions_action set mode = 'todo' where mode = 'decision'"


class Migration(migrations.Migration):
    dependencies = [("actions", "0012_room_for_sums"), ("scenarios", "0002_decisions")]
    operations = [
        migrations.AlterField(
            model_name="action",
            name="kind",
            field=models.CharField(
                choices=[
                    ("dunning", "dunning step"),
                    ("follow_up", "decide what follows"),
                    ("preventive", "preventive step"),
                    ("manual", "decided by a person"),
                    ("entry", "choose where the backlog enters"),
                    ("reply", "answer a message"),
                    ("declaration", "declare claims"),
                ],
                max_length=12,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="action",
            name="mode",
            field=models.CharField(
                choices=[
                    ("automatic", "automatic"),
                    ("todo", "to do by a person"),
                    ("approval", "sent after approval"),
                    ("decision", "decision of a person"),
                ],
                max_length=10,
                verbose_name="mode",
            ),
        ),
        migrations.RunSQL(DECISIONS, CALLS),
    ]
