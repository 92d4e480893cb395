import django.db.models.deletion
from django.db import migrations, models

from crm.core.references import refer_inside_entity

# Nothing kept a group from having a team of another entity, whose members then saw what is not theirs.
TAKEN_OFF = """
update segments_group x set team_id = null from accounts_team t where t.id = x.team_id and t.entity_id <> x.entity_id;
set constraints all immediate;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_the_team_of_an_entity"), ("segments", "0003_teams_of_their_entity")]
    operations = [
        migrations.AlterField(
            model_name="group",
            name="team",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="groups",
                to="accounts.team",
                verbose_name="team",
            ),
        ),
        migrations.RunSQL(TAKEN_OFF, migrations.RunSQL.noop),
        refer_inside_entity("segments_group", "team_id", "accounts_team"),
    ]
