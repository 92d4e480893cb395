"""Which channels the house can really use by itself: the others are done by a person, who gets the text to copy."""

from django.conf import settings


def connected(channel: str) -> bool:
    """Whether something carries the messages of this channel (setting CONNECTED_CHANNELS)."""
    return channel in settings.CONNECTED_CHANNELS
