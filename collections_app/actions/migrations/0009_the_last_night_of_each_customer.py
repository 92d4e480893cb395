from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("actions", "0008_what_may_be_taken_back")]

    operations = [migrations.RemoveField(model_name="deed", name="latest_run")]
