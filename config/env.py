"""Readers of environment variables: they refuse nonsense instead of guessing.

Every variable read is remembered in `KNOWN`, from which a test checks the table of docs/operations.md.
A secret may be given in a file: `SECRET_KEY_FILE=/run/secrets/key` stands for `SECRET_KEY`.
"""

import os
import ssl
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}
UNREADABLE = "the address cannot be read; in a password, / ? # @ and : are written %2F %3F %23 %40 and %3A."

Network = IPv4Network | IPv6Network


class BadEnvironment(Exception):
    """A variable holds a value that cannot be understood."""


@dataclass(frozen=True)
class Variable:
    """What the code knows of one variable: its name and the value taken when it is not set."""

    name: str
    default: str


KNOWN: dict[str, Variable] = {}


def text(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file NAME_FILE, or the default."""
    KNOWN[name] = Variable(name, default)
    if name in os.environ:
        return os.environ[name]
    path = os.environ.get(f"{name}_FILE")
    return _content(f"{name}_FILE", path) if path else default


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadEnvironment(f"{name}: {path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError:
        raise BadEnvironment(f"{name}: {path} is no text in UTF-8.") from None  # whose cause holds the secret


def flag(name: str, default: bool) -> bool:
    """True or False; anything that is neither is refused."""
    value = text(name, "true" if default else "false").lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise BadEnvironment(f"{name}: {value!r} is neither true nor false.")


def integer(name: str, default: int, *, least: int = 0) -> int:
    """A whole number, `least` or more."""
    value = text(name, str(default))
    if not value.isdecimal() or int(value) < least:
        raise BadEnvironment(f"{name}: {value!r} is not a whole number of at least {least}.")
    return int(value)


def ratio(name: str, default: float) -> float:
    """A number from 0 to 1."""
    value = text(name, str(default))
    try:
        number = float(value)
    except ValueError as error:
        raise BadEnvironment(f"{name}: {value!r} is not a number.") from error
    if not 0 <= number <= 1:
        raise BadEnvironment(f"{name}: {value!r} is not between 0 and 1.")
    return number


def names(name: str, default: str = "") -> list[str]:
    """Words separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def choices(name: str, default: str, among: tuple[str, ...]) -> list[str]:
    """Words of `among` separated by commas."""
    given = names(name, default)
    for word in given:
        if word not in among:
            raise BadEnvironment(f"{name}: {word!r} is not one of {', '.join(among)}.")
    return given


def networks(name: str) -> list[Network]:
    """Networks separated by commas, as 10.0.0.0/8; an address alone is a network of one."""
    return [_network(name, word) for word in names(name)]


def _network(name: str, word: str) -> Network:
    try:
        return ip_network(word)
    except ValueError as error:
        raise BadEnvironment(f"{name}: {error}.") from error


def choice(name: str, default: str, among: tuple[str, ...]) -> str:
    """One of the words of `among`."""
    value = text(name, default)
    if value not in among:
        raise BadEnvironment(f"{name}: {value!r} is not one of {', '.join(among)}.")
    return value


def address(name: str, default: str = "", *, schemes: tuple[str, ...]) -> str:
    """An URL whose scheme is one of `schemes`, or nothing."""
    value = text(name, default)
    if value and _split(name, value).scheme not in schemes:
        raise BadEnvironment(f"{name}: the address must start with one of {', '.join(f'{s}://' for s in schemes)}.")
    return value


def _split(name: str, value: str) -> SplitResult:
    # The error of urllib holds a piece of the password, and so does its traceback.
    try:
        return urlsplit(value)
    except ValueError:
        raise BadEnvironment(f"{name}: {UNREADABLE}") from None


def certificates(name: str) -> str:
    """Certificates in PEM, or nothing."""
    value = text(name)
    try:
        if value:
            ssl.create_default_context(cadata=value)
    except (ssl.SSLError, ValueError) as error:
        raise BadEnvironment(f"{name}: these are no certificates in PEM.") from error
    return value


def prefixed(prefix: str) -> dict[str, str]:
    """All variables whose names start with `prefix`, under the rest of their names; NAME_FILE gives NAME."""
    KNOWN[prefix] = Variable(prefix, "")
    found = {name.removesuffix("_FILE") for name in os.environ if name.startswith(prefix)}
    return {name.removeprefix(prefix): text(name) for name in sorted(found)}


def database(name: str, default: str) -> dict[str, Any]:
    """The Django settings of `postgres://user:password@host:port/name?option=value`.

    A socket directory is given as `postgres:///name?host=/run/postgresql`.
    """
    parts = urlsplit(address(name, default, schemes=("postgres", "postgresql")))
    port = _port(name, parts)
    if parts.fragment or "/" in parts.path.lstrip("/"):
        raise BadEnvironment(f"{name}: {UNREADABLE}")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django_prometheus.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or options.pop("password", "")),
        "HOST": unquote(parts.hostname or options.pop("host", "")),
        "PORT": str(port or options.pop("port", "")),
        "OPTIONS": options,
    }


def _port(name: str, parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise BadEnvironment(f"{name}: {UNREADABLE}") from None
