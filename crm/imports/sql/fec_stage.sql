drop table if exists pg_temp.fec_staged, pg_temp.fec_entry, pg_temp.fec_line, pg_temp.fec_recalled cascade;
create temporary table fec_staged (
    line integer, journal text, number text, entered_on date, account text, auxiliary text, name text, piece text, piece_on date,
    label text, amount numeric(18, 3), letter text, opening boolean
) on commit drop;
-- Worked out where they are asked for: kept in the table, they would be a quarter of the server's work while a file is read.
create temporary view fec_told as
select *, case when ltrim(number, '0') = '' then piece else number end as entry,
       case when account like '70%' or account like '4457%' then amount end as sale,
       case when account like '51%' or account like '53%' or account like '58%' then amount end as cash
from fec_staged;
-- A debit against a sale is an invoice, against cash a payment that came back; a credit against cash is a payment, against
-- a sale a credit note.
create temporary table fec_line (
    line integer, customer text, customer_id bigint, account text, auxiliary text, year_on date, entered_on date, issued_on date,
    number text, label text, amount numeric(18, 3), letter text, digest uuid, rank integer default 1, opening boolean,
    told boolean, sold numeric, returned numeric, cashed numeric, paid numeric,
    kind text generated always as (
        case when opening then 'opening'
             when amount > 0 then case when sold > 0 and sold >= paid then 'invoice'
                                       when paid > 0 then 'returned_payment' else 'adjustment' end
             else case when cashed > 0 and cashed >= returned then 'payment'
                       when returned > 0 then 'credit_note' else 'adjustment' end end) stored
) on commit drop
