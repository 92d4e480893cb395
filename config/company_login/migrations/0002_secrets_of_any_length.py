from django.db import migrations

from config.company_login.sealing import is_sealed, sealed


def seal(apps, schema_editor):
    """Those that were too long for the column of the library, sealed, stood in clear."""
    servers = apps.get_model("socialaccount", "SocialApp").objects
    for pk, secret in servers.exclude(secret="").values_list("pk", "secret"):
        if not is_sealed(secret):
            servers.filter(pk=pk).update(secret=sealed(secret))


class Migration(migrations.Migration):
    dependencies = [("company_login", "0001_secrets_sealed")]
    operations = [
        # The model is the library's, and goes on saying 191 characters: who writes asks nothing of it (forms.py).
        migrations.RunSQL("alter table socialaccount_socialapp alter column secret type text", migrations.RunSQL.noop),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
