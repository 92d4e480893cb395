drop table if exists pg_temp.fec_staged;
create temporary table fec_staged (
    line integer, journal text, number text, entered_on date, account text, auxiliary text, name text,
    piece text, piece_on date, label text, amount numeric(18, 3), letter text, opening boolean
) on commit drop
