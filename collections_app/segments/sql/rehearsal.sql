-- Nothing leaves, by itself or by hand, while the customer's group rehearses, or the entity where the group says nothing.
with house as materialized (
    select entity.id, entity.rehearsing_since
    from accounts_entity entity
    where entity.id in (select entity_id from asked)
      and (entity.rehearsing_since is not null or exists (
          select 1 from segments_group g where g.entity_id = entity.id and g.rehearsal = 'rehearsing'))
)
select asked.key, 'refused' as answer,
       case g.rehearsal when 'rehearsing' then 'group_rehearses' else 'entity_rehearses' end as rule,
       'Acquit' as article, null::timestamptz as not_before_at
from asked
join house on house.id = asked.entity_id
left join segments_membership m on m.customer_id = asked.customer_id and m.to_on is null
left join segments_group g on g.id = m.group_id
where rehearses(g.rehearsal, house.rehearsing_since)
