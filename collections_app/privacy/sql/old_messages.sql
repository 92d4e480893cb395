-- Of a page of messages of an entity, those whose words need not be kept any longer: old, over, of a customer who owes
-- nothing and whose dunning nothing suspends. They prove what was claimed as long as something is claimed.
with page as (
    select m.id, m.entity_id, m.customer_id, m.state, m.digest, coalesce(m.sent_at, m.created_at) as at
    from messaging_message m where m.id > %(after)s order by m.id limit %(page)s
)
select (select max(id) from page) as on_to,
       coalesce(array_agg(p.id order by p.id) filter (where
           p.entity_id = %(entity)s and p.at < %(cut)s and p.digest <> 'anonymised' and p.state <> all(%(under_way)s)
           and not exists (
               select from receivables_invoice i where i.customer_id = p.customer_id and i.settled_on is null
           )
           and not exists (select from holds_hold h where h.customer_id = p.customer_id and h.ended_on is null)
       ), '{}') as ids
from page p
