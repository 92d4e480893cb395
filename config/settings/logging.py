"""Logs: one JSON object per line where a machine reads them, plain lines where a person does."""

from typing import Any

import structlog
import structlog.tracebacks

from config import env
from config.settings.base import ENVIRONMENT

LOG_FORMAT = env.choice("LOG_FORMAT", "json" if ENVIRONMENT == "production" else "console", ("json", "console"))
LOG_LEVEL = env.choice(
    "LOG_LEVEL", "INFO" if ENVIRONMENT == "production" else "WARNING", ("DEBUG", "INFO", "WARNING", "ERROR")
)

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
# Of an error its lines, not the values of its variables: passwords and tokens would stay in the log.
_TOLD = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
_RENDERERS: dict[str, list[Any]] = {
    "json": [structlog.processors.ExceptionRenderer(_TOLD), structlog.processors.JSONRenderer(ensure_ascii=False)],
    "console": [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)],
}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_RENDERERS[LOG_FORMAT]],
            "foreign_pre_chain": _SHARED,
        }
    },
    # The standard error stream, because commands print their result on the standard output.
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "django.server": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
    },
}

structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_SHARED,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
