-- A row is written only as it was read: who was moved, merged or given to another team meanwhile is told instead
-- (`crossed`), to be looked at again.
with wanted as materialized (
/* wanted */
), moved as materialized (
    select customer_id, group_id, turns_on, from_on, was from wanted
    where was is distinct from group_id and (from_on is null or from_on <= %(on)s)
), turned as (
    update segments_membership membership set turns_on = wanted.turns_on from wanted
    where membership.customer_id = wanted.customer_id and membership.from_on = wanted.from_on
        and wanted.turned_on is distinct from wanted.turns_on
        and (wanted.was is not distinct from wanted.group_id or wanted.from_on > %(on)s)
    returning membership.customer_id
), replaced as (
    update segments_membership membership set group_id = moved.group_id, turns_on = moved.turns_on from moved
    where membership.customer_id = moved.customer_id and membership.from_on = moved.from_on and membership.group_id = moved.was
        and membership.to_on is null and moved.from_on = %(on)s and moved.group_id is not null
    returning membership.customer_id
), withdrawn as (
    delete from segments_membership membership using moved
    where membership.customer_id = moved.customer_id and membership.from_on = moved.from_on and membership.group_id = moved.was
        and membership.to_on is null and moved.from_on = %(on)s and moved.group_id is null
    returning membership.customer_id
), closed as (
    update segments_membership membership set to_on = %(on)s from moved
    where membership.customer_id = moved.customer_id and membership.from_on = moved.from_on and membership.group_id = moved.was
        and membership.to_on is null and moved.from_on < %(on)s
    returning membership.customer_id, moved.group_id, moved.turns_on
), opened as (
    -- Reading `closed` makes each old row end before the new one begins: one open membership at any moment.
    insert into segments_membership (entity_id, customer_id, group_id, from_on, turns_on)
    select %(entity)s, customer_id, group_id, %(on)s, turns_on from closed where group_id is not null
    union all
    select %(entity)s, customer_id, group_id, %(on)s, turns_on from moved where from_on is null and group_id is not null
    returning customer_id
), home as (
    select member.user_id, min(member.team_id) as team_id
    from accounts_teammember member join accounts_team team on team.id = member.team_id
    where team.entity_id = %(entity)s group by member.user_id
), elsewhere as materialized (
    select wanted.customer_id, coalesce(home.team_id, of_group.team_id) as team_id, wanted.team_id as was, wanted.collector_id
    from wanted
        left join home on home.user_id = wanted.collector_id
        left join segments_group of_group on of_group.id = wanted.group_id
    where coalesce(home.team_id, of_group.team_id) <> coalesce(wanted.team_id, 0)
), teamed as (
    update customers_customer customer set team_id = elsewhere.team_id from elsewhere
    where customer.id = elsewhere.customer_id and customer.team_id is not distinct from elsewhere.was
        and customer.collector_id is not distinct from elsewhere.collector_id
    returning customer.id
), written as (
    select customer_id from replaced union all select customer_id from withdrawn union all select customer_id from closed
), counted as (
    select (select count(*) from moved) as moved, (select count(*) from moved where from_on is not null) as to_write,
           (select count(*) from written) as written, (select count(*) from elsewhere) - (select count(*) from teamed) as not_teamed
)
select moved - to_write + written,
       case when to_write > written or not_teamed > 0 then array(
           select customer_id from moved where from_on is not null except select customer_id from written
           union
           select customer_id from elsewhere except select id from teamed
       ) end
from counted
