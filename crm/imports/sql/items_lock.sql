-- Nobody moves, until the commit, what this import is about to; how many somebody has moved since `item_move` was made, which
-- then has to be made again. Invoices before credits, each in the order of their ids, as everywhere.
with invoices as (
    select i.id, i.open_amount from receivables_invoice i
    where i.id in (select m.invoice_id from item_move m where not m.is_new union
                   select h.id from item_moved_here h where h.side = 'debit')
    order by i.id for no key update
), credits as (
    select c.id, c.open_amount from receivables_credit c
    where c.id in (select m.credit_id from item_move m where not m.is_new union
                   select h.id from item_moved_here h where h.side = 'credit')
    order by c.id for no key update
)
select (select count(*) from invoices i join item_move m on m.invoice_id = i.id where m.present <> i.open_amount)
     + (select count(*) from credits c join item_move m on m.credit_id = c.id where m.present <> c.open_amount) as changed
