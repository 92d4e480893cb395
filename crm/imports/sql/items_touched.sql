-- Each customer something changed of: how many items he got, how many movements.
create temporary table item_touched on commit drop as
select customer_id, sum(items) as items, sum(moves) as moves
from (
    select customer_id, count(*) filter (where side = 'debit') as items, 0 as moves
    from item_target where is_new and amount <> 0 group by customer_id
    union all
    select customer_id, 0, count(*) from item_move group by customer_id
    union all
    select customer_id, 0, 0 from item_redated
) as changes group by customer_id
