-- One fixed indemnity per late invoice, once: what is there is never looked at again.
insert into receivables_latecharge (entity_id, invoice_id, kind, currency, amount, "on", at, article)
select i.entity_id, i.id, 'indemnity', i.currency, (rule.value ->> 'amount')::numeric, %(on)s, %(at)s, rule.article
from receivables_invoice i
join customers_customer c on c.id = i.customer_id
join accounts_entity e on e.id = i.entity_id
cross join lateral (
    select r.value, r.article from law_rule r
    where r.jurisdiction = e.jurisdiction and r.code = 'fixed_indemnity' and r.customer_kind in ('', c.kind)
      and r.debt_type in ('', i.debt_type) and r.starts_on <= %(on)s and coalesce(r.ends_on, 'infinity') >= %(on)s
    order by r.debt_type desc, r.customer_kind desc, r.starts_on desc limit 1
) rule
where i.entity_id = %(entity)s and i.settled_on is null and i.due_on < %(on)s and i.issued_on < %(on)s
  and i.kind = 'invoice' and i.due_on_source <> 'guessed' and rule.value ->> 'currency' = i.currency
  and not exists (select 1 from receivables_latecharge c where c.invoice_id = i.id and c.kind = 'indemnity')
on conflict (invoice_id, kind) do nothing
