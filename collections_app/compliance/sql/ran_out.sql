-- Limitation starts at the due date and again at what its rule says interrupts it (payments, recorded interruptions, our
-- own written demands), made before it has run out; after that nothing revives the claim. A legal action interrupts until
-- it ends. Public bodies count whole years from the 1 January after the year the right was acquired (the service is done
-- before the invoice: that of its issue, or of the due date where that is earlier) or interrupted, up to a 31 December.
-- Of the claims of `late` (key, jurisdiction, kind, debt_type, today, automatic; of the invoice id, customer_id, issued_on,
-- due_on), `expired` says when it ran out, one row per key.
terms as materialized (  -- plan: once, not per invoice
    select distinct on (place.jurisdiction, place.kind, place.debt_type)
           place.jurisdiction, place.kind, place.debt_type, r.article,
           make_interval(years => (r.value ->> 'years')::int) as length,
           coalesce(r.value ->> 'from' = 'next_year', false) as from_next_year,
           coalesce(r.value -> 'interrupted_by', '["payment", "acknowledgement", "lawsuit", "enforcement"]') as interrupted_by
    from (select jurisdiction, kind, debt_type, max(today) as today from late group by 1, 2, 3) place
    join law_rule r on r.jurisdiction = place.jurisdiction and r.code = 'limitation'
                   and r.customer_kind in ('', place.kind) and r.debt_type in ('', place.debt_type)
                   and r.starts_on <= place.today and coalesce(r.ends_on, 'infinity') >= place.today
    order by place.jurisdiction, place.kind, place.debt_type, r.debt_type desc, r.customer_kind desc, r.starts_on desc
), carried as (
    select late.*, terms.article, terms.length, terms.from_next_year, terms.interrupted_by, begins.acquired_on
    from late join terms using (jurisdiction, kind, debt_type)
    cross join lateral (
        select case when terms.from_next_year then least(late.issued_on, late.due_on) else late.due_on end as acquired_on
    ) begins
    where begins.acquired_on + terms.length < late.today
), pressed as (
    select customer_id from carried where interrupted_by ? 'demand'
), starts as (
    -- With what is asked about each: joined to it again, some plans compare every invoice with every other.
    select carried.*, acquired_on as started_on, acquired_on as until_on from carried
    union all
    select carried.*, greatest(fact."on", carried.acquired_on),
           case when fact.kind = 'lawsuit' then coalesce(fact.ended_on, 'infinity') else greatest(fact."on", carried.acquired_on) end
    from carried
    join receivables_interruption fact on fact.customer_id = carried.customer_id and not fact.void
         and carried.interrupted_by ? fact.kind
         and coalesce(fact.invoice_id = carried.id, carried.issued_on <= fact."on") and fact."on" <= carried.today
    union all
    select carried.*, credit.received_on, credit.received_on
    from carried
    cross join lateral (
        -- Found by the invoice, said by the grouping and by what no index of credits serves: expecting hardly any payment, a
        -- plan would compare all there are with each of these. Taken off again, a payment acknowledges nothing, unless it
        -- was applied anew.
        select movement.credit_id from receivables_movement movement
        where movement.invoice_id = carried.id and movement.kind in ('allocated', 'unallocated')
        group by movement.credit_id
        having sum(movement.amount) < 0
    ) allocated
    join receivables_credit credit on credit.id = allocated.credit_id and credit.kind = 'payment'
    where credit.received_on > carried.acquired_on and credit.received_on <= carried.today and carried.interrupted_by ? 'payment'
    union all
    select carried.*, demand."on", demand."on"
    from carried
    join ({demands}) demand on demand.invoice_id = carried.id
    where demand."on" > carried.acquired_on and demand."on" <= carried.today and carried.interrupted_by ? 'demand'
), runs as (
    select key, jurisdiction, kind, automatic, article, length, from_next_year,
           coalesce(lead(started_on) over in_order, today) as again_on,
           max(until_on) over in_order as from_on
    from starts window in_order as (partition by key, id order by started_on, until_on)
), expired as (
    select runs.key, runs.jurisdiction, runs.kind, runs.automatic, runs.article, min(ran_out.ran_out_on) as expired_on
    from runs
    cross join lateral (
        select (case when runs.from_next_year then date_trunc('year', runs.from_on) + interval '1 year' - interval '1 day'
                     else runs.from_on end + runs.length)::date as ran_out_on
    ) ran_out
    where runs.again_on > ran_out.ran_out_on
    group by 1, 2, 3, 4, 5
)
