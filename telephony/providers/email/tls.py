"""Whose certificates we believe: those of the authorities of the system, or of one private authority alone."""

import ssl


def context(ca: str = "") -> ssl.SSLContext:
    """Name and chain are checked; `ca`, certificates in PEM, stands in the place of the system's authorities."""
    return ssl.create_default_context(cadata=ca or None)


def refusal(error: ssl.SSLCertVerificationError, setting: str) -> str:
    """What is wrong with a certificate, and where a private authority is told."""
    return f"the certificate is refused: {error.verify_message} (certificates of a private authority: {setting})"
