"""A login server that speaks OpenID Connect: discovery, authorization with PKCE, signed tokens, userinfo, keys."""

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "acquit", "the-secret-of-the-application"


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """Made once: it takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class LoginServer(ThreadingHTTPServer):
    """Tests write who comes in `claims`, and what goes wrong in the rest."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.claims: dict[str, Any] = {"sub": "person-1"}
        self.userinfo: dict[str, Any] = {}
        self.signs_with, self.algorithm, self.audience = "its own", "RS256", CLIENT
        self.discovery: dict[str, Any] = {}
        self.cancels = self.moves = False
        self.asked: list[dict[str, str]] = []
        self.codes: dict[str, dict[str, str]] = {}

    def id_token(self) -> str:
        now = int(time.time())
        told = {"iss": self.url, "aud": self.audience, "iat": now, "exp": now + 300, **self.claims}
        secret: Any = key(self.signs_with) if self.algorithm == "RS256" else SECRET.ljust(64)
        return jwt.encode(told, secret, algorithm=self.algorithm, headers={"kid": "k1"})


class Answer(BaseHTTPRequestHandler):
    server: LoginServer

    def log_message(self, *args: object) -> None:
        """Nothing to print."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        page = {
            "/.well-known/openid-configuration": self.configuration,
            "/authorize": self.authorize,
            "/userinfo": self.userinfo,
            "/jwks": self.jwks,
        }.get(url.path)
        page(dict(parse_qsl(url.query))) if page else self.send_error(404)

    def do_POST(self) -> None:
        given = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        asked = self.server.codes.pop(given.get("code", ""), None)
        proof = urlsafe_b64encode(sha256(given.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT, SECRET):
            self.say({"error": "invalid_client", "error_description": f"not {given.get('client_secret')}"}, status=401)
        elif not asked or (asked["code_challenge"], asked["redirect_uri"]) != (proof, given["redirect_uri"]):
            self.say({"error": "invalid_grant"}, status=400)
        else:
            self.say({"access_token": "opens-userinfo", "token_type": "Bearer", "id_token": self.server.id_token()})

    def configuration(self, given: dict[str, str]) -> None:
        if self.server.moves and not given:
            return self.lead(f"{self.server.url}{self.path}?moved=yes")
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo"}
        told = {name: f"{self.server.url}/{path}" for name, path in {**places, "jwks_uri": "jwks"}.items()}
        methods = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        return self.say({"issuer": self.server.url, **told, **methods, **self.server.discovery})

    def authorize(self, given: dict[str, str]) -> None:
        self.server.asked.append(given)
        code = f"code-{len(self.server.asked)}"
        self.server.codes[code] = given
        answer = {"error": "access_denied"} if self.server.cancels else {"code": code}
        self.lead(f"{given['redirect_uri']}?{urlencode({**answer, 'state': given['state']})}")

    def userinfo(self, given: dict[str, str]) -> None:
        known = self.headers["Authorization"] == "Bearer opens-userinfo"
        self.say({"sub": self.server.claims["sub"], **self.server.userinfo} if known else {}, 200 if known else 401)

    def jwks(self, given: dict[str, str]) -> None:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key("its own").public_key()))
        self.say({"keys": [{**public, "kid": "k1", "use": "sig", "alg": "RS256"}]})

    def lead(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.end_headers()

    def say(self, told: dict[str, Any], status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())


@contextmanager
def serving() -> Iterator[LoginServer]:
    """A server for a while."""
    with LoginServer() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()
