-- Who came into each group and who left it after the first night, and how many it holds at the end.
select g.id, g.code, g.name, g.is_default,
       count(*) filter (where m.from_on > %(from)s) as entered,
       count(*) filter (where m.to_on > %(from)s) as gone,
       count(*) filter (where m.from_on <= %(from)s and coalesce(m.to_on > %(from)s, true)) as at_start,
       count(m.customer_id) filter (where m.to_on is null) as at_end
from segments_group g left join segments_membership m on m.group_id = g.id
where g.entity_id = %(entity)s and not g.archived
group by g.id, g.code, g.name, g.is_default, g.priority order by g.is_default, g.priority
