-- Accounts of a company in insolvency proceedings on another of its accounts, which have none of their own and of which
-- nobody was asked about this judgment.
select distinct on (other.id) other.id, coalesce(h.born_before, h.starts_on) as since
from holds_hold h
join customers_customer c on c.id = h.customer_id and c.siren <> ''
join customers_customer other on other.siren = c.siren and other.siren <> '' and other.entity_id = h.entity_id
     and other.id <> c.id and other.merged_into_id is null
where h.entity_id = %(entity)s and h.kind = 'insolvency' and h.ended_on is null
  and not exists (
      select from holds_hold own where own.customer_id = other.id and own.kind = 'insolvency' and own.ended_on is null
  )
  and not exists (
      select from actions_action x
      where x.customer_id = other.id and x.kind = 'insolvency'
        and x.occasion_on = coalesce(h.born_before, h.starts_on)
  )
order by other.id, h.id
