"""The secrets of login servers at rest: whoever reads the database alone, or a backup of it, can use none of them.

Sealed with a key made of SECRET_KEY (AES-256-GCM); one sealed with a former key opens while SECRET_KEY_FALLBACKS
has it.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

MARK = "sealed:"
NONCE = 12
PURPOSE = b"acquit company login"


class WrongKey(ValueError):
    """Sealed with a key that is not known any more, or changed since."""


def is_sealed(stored: str) -> bool:
    """Whether it is what `sealed` made."""
    return stored.startswith(MARK)


def sealed(secret: str) -> str:
    """As it may be stored, however long."""
    nonce = os.urandom(NONCE)
    hidden = _cipher(settings.SECRET_KEY).encrypt(nonce, secret.encode(), PURPOSE)
    return MARK + base64.urlsafe_b64encode(nonce + hidden).decode()


def opened(stored: str) -> str:
    """The secret; one that was never sealed as it stands. Raises WrongKey."""
    if not is_sealed(stored):
        return stored
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            whole = base64.urlsafe_b64decode(stored.removeprefix(MARK))
            return _cipher(key).decrypt(whole[:NONCE], whole[NONCE:], PURPOSE).decode()
        except (InvalidTag, ValueError):  # also of what was cut
            continue
    raise WrongKey("the secret was sealed with another SECRET_KEY")


def _cipher(key: str) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode()))
