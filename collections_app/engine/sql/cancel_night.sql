-- What a night opened and nobody has closed since is taken back; the same steps may come again.
update actions_action x
set state = 'cancelled', closed_at = %(at)s, closed_by_id = %(by)s, outcome = 'night_cancelled', note = %(note)s
where x.entity_id = %(entity)s and x.run_id = any(%(runs)s::bigint[]) and (x.state in ('todo', 'to_approve') or x.state = 'scheduled')
  and not exists (
      select 1 from messaging_message m
      where m.origin = 'action' and m.origin_id = x.id and m.state not in /* gone wrong */)
