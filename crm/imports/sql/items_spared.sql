-- A row that could not be taken spares the item it speaks of from being closed.
with gone as (delete from item_staged where amount is null returning identifier)
insert into item_spared select identifier from gone
