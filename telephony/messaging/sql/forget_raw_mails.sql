-- Of the next mails still whole by number those that are old, and that nobody has to read any more, lose their bytes.
-- `on_to`: where the next page begins; none once a page has no old mail: they come in the order of time.
with page as (
    select id, received_at, kind from messaging_reply where raw <> '' and id > %(after)s order by id limit %(page)s
),
gone as (
    update messaging_reply r set raw = '' from page
    where r.id = page.id and page.received_at < %(before)s and r.kind not in ('unread', 'unreadable')
    returning r.id
)
select max(page.id) filter (where page.received_at < %(before)s) as on_to, (select count(*) from gone) as touched
from page
