from django.db import migrations

# Who once led a team went on seeing its customers, and no page showed it: its members and its head see them.
LEFT_OVER = """
delete from guardian_userobjectpermission o using auth_permission p
where p.id = o.permission_id and p.codename = 'see_team'
    and not exists (select from accounts_teammember m where m.team_id::text = o.object_pk and m.user_id = o.user_id)
    and not exists (select from accounts_team t where t.id::text = o.object_pk and t.supervisor_id = o.user_id)
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_training_and_what_a_person_sees"), ("guardian", "0001_initial")]
    operations = [migrations.RunSQL(LEFT_OVER, migrations.RunSQL.noop)]
