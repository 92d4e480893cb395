"""Refusals in one shape: {"detail": text}, or the fields at fault."""

from json import JSONDecodeError
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, ParseError
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

from crm.core.errors import BUSY_TEXT, RETRY_AFTER_S
from crm.core.waiting import in_the_way

MEGABYTE = 1024 * 1024


class Unprocessable(APIException):
    """The request is understood, and what it asks for is refused."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "refused"


class Busy(APIException):
    """Others write the same records (see crm.core.waiting): what waited was not written, it may be asked for again."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = BUSY_TEXT
    default_code = "busy"
    wait = RETRY_AFTER_S


class TooLarge(APIException):
    """The body has more bytes than it may; `most` is how many."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"

    def __init__(self, most: int) -> None:
        text = _("The request is larger than %(most)s MB: spread its rows over several.")
        super().__init__(text % {"most": most // MEGABYTE})


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Refused operations are the caller's faults, told as such; what others are in the way of is not."""
    if in_the_way(error):
        error = Busy()
    if isinstance(error, RequestDataTooBig):
        error = TooLarge(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if isinstance(error, Http404):
        error = NotFound(_("Nothing is here"))
    if isinstance(error, ParseError):
        error = ParseError(_("The body of the request is not valid JSON%(place)s.") % {"place": _place(error)})
    if isinstance(error, ValidationError):
        error = Unprocessable(" ".join(error.messages))
    return drf_handler(error, context)


def _place(error: Exception) -> str:
    """Where the reader of JSON stopped, when it says so."""
    cause = error.__cause__ or error.__context__
    if not isinstance(cause, JSONDecodeError):
        return ""
    return _(" (line %(line)s, column %(column)s)") % {"line": cause.lineno, "column": cause.colno}
