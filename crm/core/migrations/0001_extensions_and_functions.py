from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

CURRENCY_DECIMALS = """
create function currency_decimals(currency text) returns integer
language sql immutable parallel safe as $$
    select case
        when currency in ('BIF','CLP','DJF','GNF','ISK','JPY','KMF','KRW','PYG','RWF','UGX','UYI','VND','VUV',
                          'XAF','XOF','XPF') then 0
        when currency in ('BHD','IQD','JOD','KWD','LYD','OMR','TND') then 3
        else 2
    end
$$
"""

# unaccent() is only STABLE because its dictionary could be replaced; an index needs an immutable function.
PLAIN_TEXT = """
create function plain_text(words text) returns text
language sql immutable strict parallel safe as $$ select lower(public.unaccent('public.unaccent', words)) $$
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(CURRENCY_DECIMALS, "drop function currency_decimals(text)"),
        migrations.RunSQL(PLAIN_TEXT, "drop function plain_text(text)"),
    ]
