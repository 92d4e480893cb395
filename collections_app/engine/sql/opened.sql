select o.step_code, count(*) from night_openings o group by o.step_code
