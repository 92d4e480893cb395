"""Counts of what nights must never do, asked of a ledger they have lived through."""

# An action opened on a day when nothing it carries was open any more.
AFTER_SETTLEMENT = """
select count(*) from actions_action x
where not exists (
    select 1 from actions_actionline l join receivables_invoice i on i.id = l.invoice_id
    where l.action_id = x.id and (i.settled_on is null or i.settled_on >= x.opened_on)
) and exists (select 1 from actions_actionline l where l.action_id = x.id)
"""
# Steps opened after a later one of their cycle.
OUT_OF_ORDER = """
select count(*) from (
    select step_offset, lag(step_offset) over (partition by cycle_id order by opened_on, id) as before
    from actions_action where kind = 'dunning' and invoice_id is null
) step where before >= step_offset
"""
# Steps of the version an action was opened by that lie between it and the one before it, or where its cycle entered,
# and that the cycle never opened.
LOST = """
select count(*) from (
    select cycle_id, scenario_version_id, step_offset,
           lag(step_offset) over (partition by cycle_id order by opened_on, id) as before
    from actions_action where kind = 'dunning' and invoice_id is null
) opened
join actions_cycle c on c.id = opened.cycle_id
join scenarios_step s on s.version_id = opened.scenario_version_id and s.unit = 'account'
    and s.offset_days > greatest(opened.before, c.passed_offset, -1) and s.offset_days < opened.step_offset
where not exists (select 1 from actions_action x where x.cycle_id = c.id and x.step_code = s.code)
"""
