-- Lettering codes are local to an account, and to an exercise where they balance in it.
update fec_left set pool = concat_ws(chr(31), customer_id, account, auxiliary, letter, year_on) where letter <> ''
