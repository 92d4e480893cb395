from django.db import migrations

import crm.accounts.managers

# Who already has all rights but not the role would lose them the next time his page is saved.
GIVE_ROLE = "update accounts_user set role = 'administrator' where is_superuser and role <> 'administrator'"


class Migration(migrations.Migration):

    dependencies = [("accounts", "0007_name_fields")]

    operations = [
        migrations.AlterModelManagers(
            name="user",
            managers=[("objects", crm.accounts.managers.AccountManager())],
        ),
        migrations.RunSQL(GIVE_ROLE, migrations.RunSQL.noop),
    ]
