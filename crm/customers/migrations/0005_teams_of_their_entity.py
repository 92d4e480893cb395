from django.db import migrations

# A team of another entity could be chosen, and its members saw the customer. The next night gives him that of his group.
TAKEN_OFF = """
update customers_customer c set team_id = null from accounts_team t where t.id = c.team_id and t.entity_id <> c.entity_id
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_addresses_in_one_form"), ("accounts", "0005_a_team_stays_of_its_entity")]
    operations = [migrations.RunSQL(TAKEN_OFF, migrations.RunSQL.noop)]
