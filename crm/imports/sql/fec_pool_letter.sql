-- The other half of a group may stand in another exercise.
update fec_left set pool = case when letter <> '' and remaining > 0 then concat_ws(chr(31), customer_id, account, auxiliary, letter) end
