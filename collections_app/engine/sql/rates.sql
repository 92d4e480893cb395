select c.currency,
       (select r.rate from law_exchangerate r
        where r.base = c.currency and r.quote = %(books_in)s and r."on" <= %(on)s order by r."on" desc limit 1) as rate
from unnest(%(currencies)s::text[]) c(currency)
