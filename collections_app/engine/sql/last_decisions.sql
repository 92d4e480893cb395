-- What was last decided of each account, for a statement that knows tonight's as `tonight`.
select distinct on (d.customer_id, d.currency) d.customer_id, d.currency, d."on", d.outcome, d.step_code, d.next_look_on, d.facts
from engine_decision d
where d.entity_id = %(entity)s /* range d.customer_id */
order by d.customer_id, d.currency, d."on" desc
