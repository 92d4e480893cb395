-- What was removed since it was read (a group, an address, a team, a person) is named no more, as if it had been removed
-- a moment after the night. Nothing is asked of any row while nothing was removed.
with lost as materialized (
    select core_removed_since(
        array['segments_group', 'customers_address', 'accounts_team', 'accounts_user'], %(seen)s) as something
),
openings as (
    update night_openings o
    set group_id = (select g.id from segments_group g where g.id = o.group_id),
        address_id = (select a.id from customers_address a where a.id = o.address_id)
    where (select something from lost)
)
update night_ranks r
set team_id = (select t.id from accounts_team t where t.id = r.team_id),
    owner_id = (select u.id from accounts_user u where u.id = r.owner_id)
where (select something from lost)
