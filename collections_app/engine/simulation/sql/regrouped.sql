-- Who ends in another group than with today's set-up.
with moved as (
    select m.customer_id, was.group_id as was_id, m.group_id as is_id
    from {tried}.segments_membership m
    join {today}.segments_membership was on was.customer_id = m.customer_id and was.to_on is null
    where m.entity_id = %(entity)s and m.to_on is null and m.group_id <> was.group_id
)
select was.name as was, becomes.name as becomes, count(*) as customers
from moved m join segments_group was on was.id = m.was_id join segments_group becomes on becomes.id = m.is_id
group by was.name, becomes.name order by count(*) desc, was.name, becomes.name
