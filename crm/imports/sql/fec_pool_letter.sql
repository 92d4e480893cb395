-- The other half of a group may stand in another exercise.
update fec_left set pool = concat_ws(chr(31), customer_id, account, auxiliary, letter) where letter <> ''
