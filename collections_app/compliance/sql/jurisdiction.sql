select key, 'refused' as answer, 'no_rules' as rule, 'Acquit' as article, null::timestamptz as not_before_at
from asked
where not exists (
    select 1 from law
    where law.jurisdiction = asked.jurisdiction and law.kind = asked.kind and law.code = 'contact_caps')
