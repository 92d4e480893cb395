"""Tokens of the API: made once, shown once, kept as a digest."""

import secrets
from datetime import date, datetime
from hashlib import sha256

from django.db.models import Q

from crm.accounts.models import ApiToken, Entity, User

PREFIX = "acq_"
SHOWN = 12


def digest_of(secret: str) -> str:
    """256 random bits need no slow hash: nobody guesses them from their SHA-256."""
    return sha256(secret.encode()).hexdigest()


def issue_token(
    user: User, *, name: str, at: datetime, entity: Entity | None = None, expires_on: date | None = None
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is readable here and never again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        entity=entity,
        expires_on=expires_on,
        created_at=at,
        digest=digest_of(secret),
        hint=secret[:SHOWN],
    )
    return token, secret


def find_token(secret: str, *, on: date) -> ApiToken | None:
    """The token in use on this day, with its user; None when unknown, revoked, expired or of a disabled user."""
    in_use = ApiToken.objects.filter(Q(expires_on=None) | Q(expires_on__gte=on), revoked_at=None, user__is_active=True)
    token = in_use.select_related("user", "entity").filter(digest=digest_of(secret)).first()
    if token and token.last_used_on != on:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=on)
    return token


def revoke_token(token: ApiToken, *, at: datetime) -> bool:
    """From now on it opens nothing; False when it was revoked already."""
    if token.revoked_at:
        return False
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])  # saved, not updated: the audit log sees it
    return True
