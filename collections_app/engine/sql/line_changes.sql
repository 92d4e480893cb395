-- Where what an action open already carries tonight differs from what it carried: `amount` is null for an invoice it no
-- longer carries (paid, covered, held but by hand, fallen due under a preventive step), `carried` false for one that joins it.
select coalesce(n.action_id, c.action_id) as action_id, coalesce(n.invoice_id, c.invoice_id) as invoice_id, n.amount,
       c.action_id is not null as carried
from night_lines n
full join night_carried c on c.action_id = n.action_id and c.invoice_id = n.invoice_id
where n.amount is distinct from c.amount
