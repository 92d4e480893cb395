drop table if exists pg_temp.undo_touched;
create temporary table undo_touched (customer_id bigint primary key) on commit drop
