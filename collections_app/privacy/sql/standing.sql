-- Of a page of customers, each with the records merged into him: why he stays, '' where nothing keeps him.
with page as (
    select c.id, array(select m.id from customers_customer m where m.id = c.id or m.merged_into_id = c.id) as ids
    from customers_customer c
    where c.entity_id = %(entity)s and c.id > %(after)s and c.merged_into_id is null
      and not exists (select from privacy_anonymised a where a.customer_id = c.id)
    order by c.id limit %(page)s
)
select p.id, p.ids, case
    when exists (select from receivables_invoice i where i.customer_id = any(p.ids) and i.settled_on is null) then 'open'
    when exists (select from receivables_credit r where r.customer_id = any(p.ids) and r.open_amount > 0)
        then 'unapplied'
    when exists (select from holds_hold h where h.customer_id = any(p.ids) and h.ended_on is null) then 'hold'
    when exists (
        select from receivables_interruption i
        where i.customer_id = any(p.ids) and i.kind = 'lawsuit' and i.ended_on is null and not i.void
    ) then 'lawsuit'
    when exists (
        select from actions_action a
        where a.customer_id = any(p.ids) and (a.state in ('todo', 'to_approve') or a.state = 'scheduled')
    ) then 'action'
    when exists (
        select from messaging_message m where m.customer_id = any(p.ids) and m.state = any(%(under_way)s)
    ) then 'message'
    when exists (select from privacy_request r where r.customer_id = any(p.ids) and r.answered_on is null) then 'request'
    when exists (select from privacy_personexport e where e.customer_id = any(p.ids) and e.erased_at is null) then 'copy'
    when exists (
        select from receivables_invoice i
        where i.customer_id = any(p.ids) and greatest(i.issued_on, i.due_on, i.settled_on) >= %(cut)s
    ) or exists (select from receivables_credit r where r.customer_id = any(p.ids) and r.received_on >= %(cut)s)
      or exists (select from receivables_movement m where m.customer_id = any(p.ids) and m."on" >= %(cut)s)
      or exists (
        select from holds_hold h where h.customer_id = any(p.ids) and greatest(h.starts_on, h.ended_on) >= %(cut)s
    ) or exists (
        select from messaging_message m
        where m.customer_id = any(p.ids) and coalesce(m.sent_at, m.created_at) >= %(cut)s
    ) or exists (select from messaging_reply r where r.customer_id = any(p.ids) and r.received_at >= %(cut)s)
      or exists (select from timeline_entry t where t.customer_id = any(p.ids) and t.at >= %(cut)s)
      or exists (select from customers_customer c where c.id = any(p.ids) and c.created_at >= %(cut)s)
        then 'retention'
    else '' end as why
from page p order by p.id
