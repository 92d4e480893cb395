import django.db.models.deletion
from django.db import migrations, models

from crm.core.references import refer_inside_entity

# Nothing kept a customer from having a team of another entity, whose members then saw what is not theirs.
TAKEN_OFF = """
update customers_customer x set team_id = null from accounts_team t where t.id = x.team_id and t.entity_id <> x.entity_id;
set constraints all immediate;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_the_team_of_an_entity"), ("customers", "0004_addresses_in_one_form")]
    operations = [
        migrations.AlterField(
            model_name="customer",
            name="team",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="customers",
                to="accounts.team",
                verbose_name="team",
            ),
        ),
        migrations.RunSQL(TAKEN_OFF, migrations.RunSQL.noop),
        refer_inside_entity("customers_customer", "team_id", "accounts_team"),
    ]
