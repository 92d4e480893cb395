-- Customers found by words: each way is a look into an index, and stops at %(most)s. A way through the name is taken
-- only where the narrower one before it left room: names that begin with the words, that hold them, that are like them.
with known as (
    select id from customers_customer where entity_id = any(%(within)s) and external_id = any(%(exact)s) limit %(most)s
),
registered as (
    select id from customers_customer where siren = %(siren)s and siren <> '' limit %(most)s
),
invoiced as (
    select customer_id as id from receivables_invoice where number = any(%(exact)s) limit %(most)s
),
credited as (
    select customer_id as id from receivables_credit where number = any(%(exact)s) and open_amount > 0 limit %(most)s
),
reached as (
    select customer_id as id from customers_address
    where channel = any(%(channels)s) and value = any(%(addresses)s) limit %(most)s
),
beginning as materialized (
    select id from customers_customer
    where entity_id = any(%(within)s) and plain_text(name) like %(beginning)s limit %(most)s
),
holding as materialized (
    select id from customers_customer
    where (select count(*) from beginning) < %(most)s and plain_text(name) like %(holding)s limit %(most)s
),
-- Of long words more must be alike, or every name that shares the first of them would be. Read before the look begins.
demand as materialized (
    select set_config('pg_trgm.word_similarity_threshold', %(likeness)s::text, true) as likeness
),
alike as (
    select id from customers_customer
    where (select count(*) from holding) < %(most)s and (select count(*) from beginning) < %(most)s
        and (select likeness from demand) is not null and plain_text(name) %%> %(plain)s
    limit %(most)s
)
select id from known union select id from registered union select id from invoiced union select id from credited
union select id from reached union select id from beginning union select id from holding union select id from alike
