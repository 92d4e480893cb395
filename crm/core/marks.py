"""Marks of what a person read: his form carries one, so that what somebody else wrote meanwhile is not lost."""

from hashlib import sha256


def mark(*said: object) -> str:
    """Differs as soon as what was said does."""
    return sha256(repr(said).encode()).hexdigest()[:16]
