from django.db import migrations

from config.company_login.sealing import is_sealed, sealed

# Bytes of a secret that fit, sealed, into the 191 characters the column of the library has until the next migration.
FITS = 110


def seal(apps, schema_editor):
    """One longer than what fits is left to the next migration."""
    servers = apps.get_model("socialaccount", "SocialApp").objects
    for pk, secret in servers.exclude(secret="").values_list("pk", "secret"):
        if not is_sealed(secret) and len(secret.encode()) <= FITS:
            servers.filter(pk=pk).update(secret=sealed(secret))


class Migration(migrations.Migration):
    dependencies = [("socialaccount", "0006_alter_socialaccount_extra_data")]
    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
