-- A part of a document given another date: the file holds all the parts that are open but one, and one row that is none of
-- them, of the same amount. Fewer parts tell nothing: what a list of changes leaves out has not changed, and a row that was
-- refused may be the part that seems to be left out. A list of changes that repeats a part as it stands tells its documents
-- whole; one in which every part it tells has changed says nothing of the part it leaves out, unless it has another label
-- for the document: the same for all its parts before and now, so that the part left out would be told by its new one.
with row_of_none as (
    select external_id, min(line) as line from item_target join item_repeated using (line)
    where side = 'debit' and is_new and external_id not in (select external_id from item_spared where external_id is not null)
    group by external_id having count(*) = 1
),
part as (
    select k.id, k.external_id, k.currency, k.amount, t.id is not null as told,
           (t.open_amount, t.issued_on, coalesce(nullif(t.label, ''), i.label))
               = (k.open_amount, i.issued_on, i.label) as repeated,  -- (no label says nothing of it)
           i.label as label_before, nullif(t.label, '') as label_now
    from item_known k
    join receivables_invoice i on i.id = k.id
    left join item_target t on t.side = 'debit' and t.id = k.id
    where k.side = 'debit' and k.open_amount > 0 and k.external_id in (select external_id from row_of_none)
),
left_out as (
    select external_id, min(id) filter (where not told) as id,
           case when count(distinct label_before) = 1 and count(distinct label_now) = 1
                     and bool_and(label_now <> label_before) filter (where told)
                     and count(label_now) = count(*) filter (where told) then min(label_now) end as relabelled,
           bool_or(case when %(snapshot)s then told else repeated end) as told_whole
    from part group by external_id having count(*) filter (where not told) = 1
)
update item_target t set id = p.id, is_new = false
from row_of_none r
join left_out using (external_id)
join part p on p.id = left_out.id
where t.line = r.line and t.due_given and t.open_amount > 0 and (t.currency, t.amount) = (p.currency, p.amount)
  and (left_out.told_whole or left_out.relabelled = t.label)
