insert into timeline_entry (at, entity_id, customer_id, kind, subject, params, actor_id, about, about_id)
select %(at)s, %(entity)s, t.customer_id, 'import', %(subject)s,
       jsonb_build_object('file', %(file)s::text, 'lines', t.lines_new,
           'balance', jsonb_build_object('amount', (coalesce(d.open, 0) - coalesce(c.open, 0))::text, 'currency', %(currency)s::text)),
       %(by)s, 'import', %(batch)s
from fec_touched t
left join (select i.customer_id, sum(i.open_amount) as open
           from receivables_invoice i join fec_touched using (customer_id)
           where i.entity_id = %(entity)s and i.settled_on is null and i.currency = %(currency)s group by 1) d using (customer_id)
left join (select r.customer_id, sum(r.open_amount) as open
           from receivables_credit r join fec_touched using (customer_id)
           where r.entity_id = %(entity)s and r.open_amount > 0 and r.currency = %(currency)s group by 1) c using (customer_id)
