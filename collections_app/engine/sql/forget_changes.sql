-- What this night has looked at; what was noted meanwhile stays for the next one.
delete from engine_change c using night_changes n where c.id = n.id
