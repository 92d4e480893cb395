from django.db import migrations

# The journal kept the second half of each hash.
HIDE = """
update auditlog_logentry entry
set changes = entry.changes || '{"password": ["•••", "•••"]}'
from django_content_type model
where model.id = entry.content_type_id and model.app_label = 'accounts' and model.model = 'user'
    and entry.changes ? 'password'
"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0008_first_account_is_an_administrator"),
        ("auditlog", "0015_alter_logentry_changes"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunSQL(HIDE, migrations.RunSQL.noop)]
