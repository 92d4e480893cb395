"""The right-hand side of our Message-IDs."""

from urllib.parse import urlsplit


def message_domain(site_url: str) -> str:
    """Host of the installation, e.g. "acquit.example.org": it makes a Message-ID unique in the world."""
    host = urlsplit(site_url).hostname or "localhost"
    return host if "." in host else f"{host}.acquit.invalid"
