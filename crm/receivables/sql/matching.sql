-- Customers found by words: each way is a look into an index, and stops at %(most)s. A way through the name is taken
-- only where the narrower one before it left room: names that begin with the words, that hold them, that are like them.
-- Where somebody has such an account, names that are only like it are not looked for.
with known as (
    select c.id from customers_customer c
    where c.entity_id = any(%(within)s) and c.external_id = any(%(exact)s) /* seen */ limit %(most)s
),
registered as (
    select c.id from customers_customer c where c.siren = %(siren)s and c.siren <> '' /* seen */ limit %(most)s
),
invoiced as (
    select c.id from receivables_invoice i join customers_customer c on c.id = i.customer_id
    where i.number = any(%(exact)s) /* seen */ limit %(most)s
),
credited as (
    select c.id from receivables_credit i join customers_customer c on c.id = i.customer_id
    where i.number = any(%(exact)s) and i.open_amount > 0 /* seen */ limit %(most)s
),
reached as (
    select c.id from customers_address a join customers_customer c on c.id = a.customer_id
    where a.channel = any(%(channels)s) and a.value = any(%(addresses)s) /* seen */ limit %(most)s
),
beginning as materialized (
    select c.id from customers_customer c
    where c.entity_id = any(%(within)s) and plain_text(c.name) like %(beginning)s /* seen */ limit %(most)s
),
holding as materialized (
    select c.id from customers_customer c
    where (select count(*) from beginning) < %(most)s and plain_text(c.name) like %(holding)s /* seen */ limit %(most)s
),
-- Of long words more must be alike, or every name that shares the first of them would be. Read before the look begins.
demand as materialized (
    select set_config('pg_trgm.word_similarity_threshold', %(likeness)s::text, true) as likeness
),
alike as (
    select c.id from customers_customer c
    where (select count(*) from holding) < %(most)s and (select count(*) from beginning) < %(most)s
        and not exists (select from known) and (select likeness from demand) is not null and plain_text(c.name) %%> %(plain)s
        /* seen */
    limit %(most)s
)
select id from known union select id from registered union select id from invoiced union select id from credited
union select id from reached union select id from beginning union select id from holding union select id from alike
