-- The last complete list of the same source, where it is of a later day than this one; and what this one would do to what is known
-- since: items it names as open that are less so here, and items it closes. A list said to be of a day to come is of the day it came.
with later as (
    select max(least(b.as_of, (b.finished_at at time zone %(zone)s)::date)) as told_on from imports_batch b
    where b.entity_id = %(entity)s and b.format = 'open_items' and b.source = %(source)s and b.status in ('done', 'undoing')
      and (b.complete or b.changes #>> '{reading,mode}' = 'snapshot') and b.id <> %(batch)s
)
select later.told_on, (select count(*) from item_closing) as closing,
       (select count(*) from item_target t join receivables_invoice i on i.id = t.id
        where t.side = 'debit' and not t.is_new and t.open_amount > i.open_amount) as reopening
from later where later.told_on > %(as_of)s
