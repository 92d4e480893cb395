from django.db import migrations

CONVERTED = """
create function converted(amount numeric, base text, quote text, as_of date) returns numeric
language sql stable parallel safe as $$
    select case when base = quote then amount
        else round(amount * coalesce(
            (select r.rate from law_exchangerate r where r.base = $2 and r.quote = $3 and r."on" <= $4
             order by r."on" desc limit 1),
            (select 1 / r.rate from law_exchangerate r where r.base = $3 and r.quote = $2 and r."on" <= $4
             order by r."on" desc limit 1)), currency_decimals(quote))
    end
$$
"""

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

NEXT_CONTACT_AT = """
create function next_contact_at(hours jsonb, zone text, holidays_of text, instant timestamptz) returns timestamptz
language sql stable parallel safe as $$
    select case when hours is null then instant else (
        select greatest(instant, (days.day + (slot.hours ->> 0)::time) at time zone zone)
        from (select (instant at time zone zone)::date + number as day from generate_series(0, 21) number) days
        cross join lateral jsonb_array_elements(
            coalesce(next_contact_at.hours -> 'days' -> extract(isodow from days.day)::text, '[]'::jsonb)) slot(hours)
        where instant < (days.day + (slot.hours ->> 1)::time) at time zone zone
          and (coalesce((next_contact_at.hours ->> 'holidays')::boolean, false) or not exists (
              select 1 from law_holiday h where h.jurisdiction = holidays_of and h."on" = days.day))
        order by days.day, slot.hours ->> 0
        limit 1)
    end
$$
"""


class Migration(migrations.Migration):
    replaces = [("law", "0002_dated_conversion_and_hours")]
    dependencies = [("core", "0001_extensions_and_functions"), ("law", "0001_initial")]
    operations = [
        migrations.RunSQL(CONVERTED, "drop function converted(numeric, text, text, date)"),
        migrations.RunSQL(EXCHANGE_RATE, "drop function exchange_rate(text, text, date)"),
        migrations.RunSQL(NEXT_CONTACT_AT, "drop function next_contact_at(jsonb, text, text, timestamptz)"),
    ]
