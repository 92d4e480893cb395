"""Bodies as programs send and get them: what cannot be read or written plainly is a fault of the caller."""

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer


class Parser(JSONParser):
    """JSON; nested deeper than can be followed it is none."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """The body. Raises ParseError."""
        try:
            return super().parse(*args, **kwargs)
        except RecursionError as error:
            raise ParseError from error


class Renderer(JSONRenderer):
    """JSON in UTF-8; what has half a sign in it (an answer that repeats what was sent) is written in escapes."""

    def render(self, *args: Any, **kwargs: Any) -> bytes:
        """The body."""
        try:
            return bytes(super().render(*args, **kwargs))
        except UnicodeEncodeError:
            return bytes(_Escaping().render(*args, **kwargs))


class _Escaping(JSONRenderer):
    ensure_ascii = True
