drop table if exists pg_temp.item_touched;
create temporary table item_touched (customer_id bigint primary key) on commit drop
