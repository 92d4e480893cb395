-- What a complete list would close: the open items of this source it does not name.
create temporary table item_closing on commit drop as
select side, id, customer_id, currency, open_amount from item_known where of_source and not named and open_amount <> 0
