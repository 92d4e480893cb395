-- Lines whose entry holds nothing else are looked for by (journal, day, document), and at last the journal itself says
-- whether it sells or cashes.
with untold as (
    select l.line, s.journal, s.piece, s.entered_on from fec_line l join fec_staged s using (line) where not l.told
), documents as (
    select journal, piece, entered_on,
           -coalesce(sum(sale) filter (where sale < 0), 0) as sold, coalesce(sum(sale) filter (where sale > 0), 0) as returned,
           coalesce(sum(cash) filter (where cash > 0), 0) as cashed, -coalesce(sum(cash) filter (where cash < 0), 0) as paid,
           coalesce(bool_or(sale <> 0 or cash <> 0), false) as told
    from fec_told join (select distinct journal, piece, entered_on from untold) as named using (journal, piece, entered_on)
    group by journal, piece, entered_on
), journals as (
    select journal, count(*) filter (where sale <> 0) >= count(*) filter (where cash <> 0) as sells,
           count(*) filter (where sale <> 0 or cash <> 0) > 0 as told
    from fec_told join (select distinct journal from untold) as named using (journal) group by journal
)
update fec_line l
set sold = case when d.told then d.sold when j.told and j.sells then 1 else 0 end,
    returned = case when d.told then d.returned when j.told and j.sells then 1 else 0 end,
    cashed = case when d.told then d.cashed when j.told and not j.sells then 1 else 0 end,
    paid = case when d.told then d.paid when j.told and not j.sells then 1 else 0 end
from untold u join documents d using (journal, piece, entered_on) join journals j using (journal)
where l.line = u.line
