"""A private authority and what it signs, as a house makes them for its own servers."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LONG = timedelta(days=30)


class Authority:
    """`pem` is what a client must be told to believe it."""

    def __init__(self, name: str = "The house's own authority") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = _named(name)
        basic = x509.BasicConstraints(ca=True, path_length=0)
        self.certificate = self._signed(self.name, self.key, (basic, True), (_usage(key_cert_sign=True), True))
        self.pem = _pem(self.certificate).decode()

    def server(self, folder: Path, host: str) -> tuple[Path, Path]:
        """Files of a certificate for the server of this name or number, and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([_general(host)])
        certificate = self._signed(_named(host), key, (names, False))
        files = folder / f"{host}.pem", folder / f"{host}.key"
        files[0].write_bytes(_pem(certificate))
        files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, *_UNPROTECTED))
        return files

    def _signed(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *more: tuple) -> x509.Certificate:
        now = datetime.now(UTC)  # the libraries of both sides ask the clock of the machine
        builder = x509.CertificateBuilder(
            self.name, subject, key.public_key(), x509.random_serial_number(), now - LONG, now + LONG
        )
        signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        for extension, critical in ((signer, False), *more):
            builder = builder.add_extension(extension, critical)
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        return builder.add_extension(own, critical=False).sign(self.key, hashes.SHA256())


_UNPROTECTED = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _usage(**wanted: bool) -> x509.KeyUsage:
    every = "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign"
    others = "crl_sign encipher_only decipher_only"
    return x509.KeyUsage(**dict.fromkeys(f"{every} {others}".split(), False) | wanted)


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def serving_context(files: tuple[Path, Path]) -> ssl.SSLContext:
    """What a server of ours shows its clients."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context
