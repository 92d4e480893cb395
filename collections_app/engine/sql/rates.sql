select c.currency, exchange_rate(c.currency, %(books_in)s, %(on)s) as rate
from unnest(%(currencies)s::text[]) c(currency)
