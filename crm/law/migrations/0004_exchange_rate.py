from django.db import migrations

EXCHANGE_RATE = """
create function exchange_rate(base text, quote text, as_of date) returns numeric
language sql stable parallel safe as $$
    select case when base = quote then 1 else coalesce(
        (select r.rate from law_exchangerate r where r.base = $1 and r.quote = $2 and r."on" <= $3
         order by r."on" desc limit 1),
        (select 1 / r.rate from law_exchangerate r where r.base = $2 and r.quote = $1 and r."on" <= $3
         order by r."on" desc limit 1))
    end
$$
"""


class Migration(migrations.Migration):
    dependencies = [("law", "0003_rates_read_since")]
    operations = [migrations.RunSQL(EXCHANGE_RATE, "drop function exchange_rate(text, text, date)")]
