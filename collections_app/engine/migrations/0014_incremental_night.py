from importlib import import_module

from django.db import migrations

RANK_OF_THE_NIGHT = import_module("collections_app.engine.migrations.0005_rank_of_an_action").ACTION_RANK
DROP = "drop function action_rank(numeric, numeric, date, date)"


class Migration(migrations.Migration):
    dependencies = [("actions", "0009_rank_from_weight_and_date"), ("engine", "0013_training_resets")]
    operations = [migrations.RunSQL(DROP, RANK_OF_THE_NIGHT)]
