from django.db import migrations

# A night writes new amounts of some actions of every page: with room left there they stay on their page.
ROOM = "alter table actions_action set (fillfactor = 90)"
NO_ROOM = "alter table actions_action reset (fillfactor)"


class Migration(migrations.Migration):
    dependencies = [("actions", "0003_references")]
    operations = [migrations.RunSQL(ROOM, NO_ROOM)]
