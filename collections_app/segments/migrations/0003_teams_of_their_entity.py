from django.db import migrations

# A team of another entity could be chosen for a customer, and a team could change its entity under its customers and
# groups: its members saw them. The next night gives each customer the team of his group, if it has one.
TAKEN_OFF = """
update segments_group g set team_id = null from accounts_team t where t.id = g.team_id and t.entity_id <> g.entity_id;
update customers_customer c set team_id = null from accounts_team t where t.id = c.team_id and t.entity_id <> c.entity_id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("segments", "0002_rehearsal_and_references"),
        ("customers", "0004_addresses_in_one_form"),
        ("accounts", "0005_a_team_stays_of_its_entity"),
    ]
    operations = [migrations.RunSQL(TAKEN_OFF, migrations.RunSQL.noop)]
