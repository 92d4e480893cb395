-- One row per action and gate, from the first to the last date it refused.
insert into actions_refusal as r (entity_id, customer_id, action_id, gate, rule, first_on, last_on)
select x.entity_id, x.customer_id, x.id, v.gate, v.rule, %(on)s, %(on)s
from night_verdicts v join actions_action x on x.id = v.key
where v.answer = 'refused'
on conflict (action_id, gate) do update set last_on = excluded.last_on, rule = excluded.rule
where r.last_on < excluded.last_on
