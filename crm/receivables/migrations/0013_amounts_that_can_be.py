from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations

from crm.core.money import possible_money


class Migration(migrations.Migration):
    """Not of rows there already: one that should not be is taken away by undoing the import that brought it."""

    dependencies = [("receivables", "0012_who_owes_in_another_currency_once")]
    operations = [
        AddConstraintNotValid("invoice", possible_money("receivables_invoice")),
        AddConstraintNotValid("credit", possible_money("receivables_credit")),
    ]
