from django.db import migrations

from config.company_login.sealing import LONGEST, is_sealed, sealed


def seal(apps, schema_editor):
    """One longer than what fits stays as it is until it is written anew."""
    servers = apps.get_model("socialaccount", "SocialApp").objects
    for pk, secret in servers.exclude(secret="").values_list("pk", "secret"):
        if not is_sealed(secret) and len(secret.encode()) <= LONGEST:
            servers.filter(pk=pk).update(secret=sealed(secret))


class Migration(migrations.Migration):
    dependencies = [("socialaccount", "0006_alter_socialaccount_extra_data")]
    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
