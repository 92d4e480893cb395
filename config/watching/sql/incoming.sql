select 'news' as kind, count(*) as number, min(received_at) as since
from messaging_deliveryevent where applied_at is null and given_up_at is null
union all
select 'news_given_up', count(*), min(received_at)
from messaging_deliveryevent where applied_at is null and given_up_at is not null
union all
select kind, count(*), min(received_at) from messaging_reply where kind in ('unread', 'unreadable') group by kind
