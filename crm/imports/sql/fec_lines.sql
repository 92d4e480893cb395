-- The customer lines of the file, each with its exercise, its kind and its identity.
--
-- An entry is (journal, number, day); where numbers mean nothing ("0" everywhere, one number a line) its lines are
-- looked for by (journal, day, document), and at last the journal itself says whether it sells or cashes.
create temporary table fec_line on commit drop as
with first_day as (
    select min(entered_on) as on_day from fec_staged
), starts as (
    -- An exercise starts on the first day, and where a whole balance sheet (class 1) is opened again.
    select on_day from first_day
    union
    select entered_on from fec_staged, first_day
    where opening group by entered_on, on_day
    having bool_or(account like '1%%') and entered_on > on_day + 25 or entered_on >= on_day + 350
), flags as (
    select journal, entered_on, account like '10%%' or account like '11%%' or account like '12%%' as capital,
           account like '6%%' or account like '7%%' as result,
           case when ltrim(number, '0') = '' then piece else number end as number, piece,
           account like any (%(receivables)s) as receivable,
           case when account like '70%%' or account like '4457%%' then amount else 0 end as sale,
           case when account like '51%%' or account like '53%%' or account like '58%%' then amount else 0 end as cash
    from fec_staged
), entries as (
    select journal, number, entered_on, bool_or(capital) and not bool_or(result) as opens,
           -coalesce(sum(sale) filter (where sale < 0), 0) as sold, coalesce(sum(sale) filter (where sale > 0), 0) as returned,
           coalesce(sum(cash) filter (where cash > 0), 0) as cashed, -coalesce(sum(cash) filter (where cash < 0), 0) as paid,
           bool_or(not receivable) as told
    from flags group by journal, number, entered_on
), documents as (
    select journal, piece, entered_on,
           -coalesce(sum(sale) filter (where sale < 0), 0) as sold, coalesce(sum(sale) filter (where sale > 0), 0) as returned,
           coalesce(sum(cash) filter (where cash > 0), 0) as cashed, -coalesce(sum(cash) filter (where cash < 0), 0) as paid,
           bool_or(sale <> 0 or cash <> 0) as told
    from flags group by journal, piece, entered_on
), journals as (
    select journal, count(*) filter (where sale <> 0) >= count(*) filter (where cash <> 0) as sells,
           count(*) filter (where sale <> 0 or cash <> 0) > 0 as told
    from flags group by journal
), customer_lines as (
    select s.*, s.opening or e.opens and s.entered_on in (select on_day from starts) as opens,
           (select max(on_day) from starts where on_day <= s.entered_on) as year_on,
           coalesce(nullif(s.auxiliary, ''), s.account) as customer,
           case when e.told then e.sold when d.told then d.sold when j.told and j.sells then 1 else 0 end as sold,
           case when e.told then e.returned when d.told then d.returned when j.told and j.sells then 1 else 0 end as returned,
           case when e.told then e.cashed when d.told then d.cashed when j.told and not j.sells then 1 else 0 end as cashed,
           case when e.told then e.paid when d.told then d.paid when j.told and not j.sells then 1 else 0 end as paid,
           md5(concat_ws(chr(31), s.journal, s.number, s.entered_on, s.account, s.auxiliary, s.piece, s.piece_on, s.label,
                         trim_scale(s.amount)))::uuid as digest
    from fec_staged s
    join entries e on e.journal = s.journal and e.entered_on = s.entered_on
        and e.number = case when ltrim(s.number, '0') = '' then s.piece else s.number end
    join documents d on d.journal = s.journal and d.piece = s.piece and d.entered_on = s.entered_on
    join journals j on j.journal = s.journal
    where s.account like any (%(receivables)s)
)
select line, year_on, entered_on, account, auxiliary, customer, name, amount, letter, digest, opens as opening,
       row_number() over (partition by digest order by line) as rank,
       case when piece_on between entered_on - 366 and entered_on then piece_on else entered_on end as issued_on,
       left(coalesce(nullif(regexp_replace(piece, '\s+', ' ', 'g'), ''), nullif(number, ''), label), 60) as number,
       left(label, 200) as label,
       case when opens then 'opening'
            when amount > 0 then case when sold > 0 and sold >= paid then 'invoice'
                                      when paid > 0 then 'returned_payment' else 'adjustment' end
            else case when cashed > 0 and cashed >= returned then 'payment'
                      when returned > 0 then 'credit_note' else 'adjustment' end end as kind
from customer_lines
