-- Of the next events by number those that are old, and that everybody has taken, with their deliveries. `on_to`: where the
-- next page begins; none once a page has no old event: they come in the order of time.
with page as (
    select id, at from events_event where id > %(after)s order by id limit %(page)s
),
old as (
    select page.id from page
    where page.at < %(before)s
      and not exists (select from events_delivery d where d.event_id = page.id and d.processed_at is null)
),
taken as (
    delete from events_delivery d using old where d.event_id = old.id
),
gone as (
    delete from events_event e using old where e.id = old.id returning e.id
)
select max(page.id) filter (where page.at < %(before)s) as on_to, (select count(*) from gone) as touched from page
