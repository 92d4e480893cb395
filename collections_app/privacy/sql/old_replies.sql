-- The same of mails received that were read.
with page as (
    select r.id, r.entity_id, r.customer_id, r.received_at, r.kind
    from messaging_reply r where r.id > %(after)s order by r.id limit %(page)s
)
select (select max(id) from page) as on_to,
       coalesce(array_agg(p.id order by p.id) filter (where
           p.entity_id = %(entity)s and p.customer_id is not null and p.received_at < %(cut)s
           and p.kind not in ('unread', 'unreadable')
           and not exists (
               select from receivables_invoice i where i.customer_id = p.customer_id and i.settled_on is null
           )
           and not exists (select from holds_hold h where h.customer_id = p.customer_id and h.ended_on is null)
       ), '{}') as ids
from page p
