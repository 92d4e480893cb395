select key, 'refused' as answer, 'recipient_not_listed' as rule,
       'MAIL_RECIPIENT_ALLOWLIST' as article, null::timestamptz as not_before_at
from asked
where channel = 'email' and recipient is not null and not '*' = any(%(gate_allowed)s::text[])
  and not lower(recipient) = any(%(gate_allowed)s::text[])
  and not '@' || split_part(lower(recipient), '@', 2) = any(%(gate_allowed)s::text[])
