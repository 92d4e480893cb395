drop table if exists pg_temp.item_staged, pg_temp.item_repeated, pg_temp.item_customer, pg_temp.item_owner, pg_temp.item_known, pg_temp.item_target,
    pg_temp.item_move, pg_temp.item_closing, pg_temp.item_spared, pg_temp.item_redated, pg_temp.item_touched, pg_temp.item_moved_here, pg_temp.item_address cascade;
create temporary table item_spared (external_id text) on commit drop;
create temporary table item_address (customer_id bigint, channel text, value text, own boolean) on commit drop;
create temporary table item_redated (customer_id bigint) on commit drop;
create temporary table item_staged (
    line integer, customer text, name text default '', external_id text, number text, issued_on date, due_on date,
    cleared_on date, currency text, amount numeric(18, 3), open_amount numeric(18, 3), said text default '', label text default '',
    email text default '', phone text default '', nature text default '', customer_kind text default '', exact numeric
) on commit drop;
-- What tells a document from others, and what it is; worked out where it is asked for, as kept it would be a fifth of the server's work while
-- a file is read.
create temporary view item_named as
select *, coalesce(nullif(external_id, ''), customer || '/' || number) as identifier,
       case when amount > 0 then 'invoice' when said = 'payment' then 'payment' else 'credit_note' end as kind
from item_staged
