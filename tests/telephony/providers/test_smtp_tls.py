"""A mail server whose certificate a private authority signed, by STARTTLS and by TLS from the first byte."""

import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from telephony.core.channels import NotConnected, Outbound
from telephony.localmail.smtp import Server, Session
from telephony.providers.email import sending
from tests.factories.certificates import Authority, serving_context

AUTHORITY = Authority()
OTHER = Authority("Another one")
MAIL = Outbound(key=1, to="paie@client.example", message_id="a@acquit.example", subject="Relance", text="Bonjour",
                sender="Recouvrement <relance@e001.example>")  # fmt: skip


@dataclass
class House:
    """What its mail server was given, and in which words before it spoke TLS."""

    tls: ssl.SSLContext
    kept: list[str] = field(default_factory=list)
    in_clear: list[str] = field(default_factory=list)

    def keep(self, recipient: str, _mail: bytes) -> None:
        self.kept.append(recipient)


class Upgraded(Session):
    """Speaks TLS once asked to."""

    house: House

    def _answer(self, verb: str, rest: str) -> bool:
        if not isinstance(self.request, ssl.SSLSocket):
            self.house.in_clear.append(verb)
        if verb == "EHLO":
            self._say("250-local.invalid")
            self._say("250 STARTTLS")
            return True
        if verb != "STARTTLS":
            return super()._answer(verb, rest)
        self._say("220 Go on")
        self.request = self.house.tls.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)
        return True


class Quiet(Server):
    """A client that does not believe our certificate goes away: nothing to print."""

    from_the_first_byte: ssl.SSLContext | None = None

    def finish_request(self, request: socket.socket, client_address: object) -> None:
        first = self.from_the_first_byte
        super().finish_request(first.wrap_socket(request, server_side=True) if first else request, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """Said by the client."""


@pytest.fixture(params=["EMAIL_USE_SSL", "EMAIL_USE_TLS"])
def house(request, settings, tmp_path: Path) -> Iterator[House]:
    made = House(serving_context(AUTHORITY.server(tmp_path, "127.0.0.1")))
    with Quiet(("127.0.0.1", 0), made.keep) as server:
        if request.param == "EMAIL_USE_SSL":
            server.from_the_first_byte = made.tls
        else:
            server.RequestHandlerClass = type("OfTheHouse", (Upgraded,), {"house": made})
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        settings.EMAIL_BACKEND = "telephony.providers.email.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = (
            request.param == name for name in ("EMAIL_USE_SSL", "EMAIL_USE_TLS")
        )
        settings.MAIL_RECIPIENT_ALLOWLIST, settings.EMAIL_CA = ["*"], AUTHORITY.pem
        yield made
        server.shutdown()


def test_a_mail_leaves_by_a_server_of_the_authority_told(house):
    assert sending.send(MAIL).provider == "smtp"
    assert house.kept == ["paie@client.example"]


@pytest.mark.parametrize("ca", ["", OTHER.pem])
def test_another_authority_is_refused_and_nothing_is_said_to_it(house, settings, ca):
    settings.EMAIL_CA = ca
    with pytest.raises(NotConnected, match=r"certificate is refused: unable to get local issuer.*EMAIL_CA"):
        sending.send(MAIL)
    assert (house.kept, set(house.in_clear) - {"EHLO", "STARTTLS"}) == ([], set())


def test_a_certificate_of_another_name_is_refused(house, settings):
    settings.EMAIL_HOST = "localhost"
    with pytest.raises(NotConnected, match="Hostname mismatch"):
        sending.send(MAIL)
    assert house.kept == []
