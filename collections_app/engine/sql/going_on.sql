-- The open cycles but for those that end tonight, where nothing is written.
select c.* from night_cycles_already c where not exists (select 1 from night_outgrown o where o.id = c.id)
