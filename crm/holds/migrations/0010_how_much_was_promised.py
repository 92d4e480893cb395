from django.db import migrations, models

import crm.core.money

# What was promised until now was said in words alone: all of what it is about, as before.


class Migration(migrations.Migration):

    dependencies = [("holds", "0009_what_was_declared")]

    operations = [
        migrations.AddField(
            model_name='hold',
            name='amount',
            field=crm.core.money.MoneyField(blank=True, decimal_places=3, max_digits=18, null=True, verbose_name='amount promised'),
        ),
        migrations.AddField(
            model_name='hold',
            name='currency',
            field=crm.core.money.CurrencyField(blank=True, db_default='', default='', max_length=3, verbose_name='currency'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('amount', models.Func(models.F('amount'), crm.core.money.CurrencyDecimals(models.F('currency')), function='round', output_field=crm.core.money.MoneyField(decimal_places=3, max_digits=18))), ('amount__isnull', True), _connector='OR'), name='holds_hold_exact_money', violation_error_message='An amount has more decimals than its currency allows.'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__isnull', True), ('currency', '')), models.Q(('amount__gt', 0), ('kind', 'promise'), models.Q(('currency', ''), _negated=True)), _connector='OR'), name='holds_hold_amount_promised', violation_error_message='Only what is promised has an amount, above 0 and in a currency.'),
        ),
    ]
