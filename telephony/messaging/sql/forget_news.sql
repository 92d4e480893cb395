-- Of the next news still whole by number those that are old and were applied: what is not of a message of ours goes, the
-- rest loses what its provider sent. `on_to`: where the next page begins; none once a page has no old news: they come in
-- the order of time.
with page as (
    select id, message_id, received_at, received_at < %(before)s and applied_at is not null as over
    from messaging_deliveryevent where payload is not null and id > %(after)s order by id limit %(page)s
),
strange as (
    delete from messaging_deliveryevent e using page
    where e.id = page.id and page.over and page.message_id is null
    returning e.id
),
bare as (
    update messaging_deliveryevent e set payload = null from page
    where e.id = page.id and page.over and page.message_id is not null
    returning e.id
)
select max(page.id) filter (where page.received_at < %(before)s) as on_to,
       (select count(*) from strange) + (select count(*) from bare) as touched
from page
