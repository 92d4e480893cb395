drop table if exists pg_temp.customer_staged, pg_temp.customer_row, pg_temp.customer_touched;
create temporary table customer_staged (
    line integer, customer text, name text, kind text, siren text, siret text, vat_number text, language text, category text,
    city text, country text, contact text, position text, email text, phone text, post text
) on commit drop;
create temporary table customer_touched (customer_id bigint primary key, is_new boolean) on commit drop
