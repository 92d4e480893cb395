from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_a_team_stays_of_its_entity")]
    operations = [
        migrations.AddConstraint(
            model_name="team",
            constraint=models.UniqueConstraint(fields=("id", "entity"), name="accounts_team_of_entity"),
        )
    ]
