select gate, count(*) from night_verdicts where answer = 'refused' group by gate
