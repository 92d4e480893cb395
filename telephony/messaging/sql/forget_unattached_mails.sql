-- Of the next mails by number that are nobody's, those that are old and wait neither to be read nor for a person go whole. One that
-- comes again, when its mailbox is read anew, is as old as when it arrived.
-- `on_to`: where the next page begins; none when there is none.
with page as (
    select id, coalesce(arrived_at, received_at) as at, kind from messaging_reply
    where customer_id is null and message_id is null and id > %(after)s order by id limit %(page)s
),
gone as (
    delete from messaging_reply r using page
    where r.id = page.id and page.at < %(before)s and r.customer_id is null and r.kind not in ('unread', 'unreadable')
    returning r.id
)
select (select max(id) from page) as on_to, (select count(*) from gone) as touched
