import json
import logging
import sys

import pytest
import structlog
from structlog.contextvars import bound_contextvars

from config.settings import logging as settings


def as_line(record: logging.LogRecord, log_format: str) -> str:
    processors = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *settings._RENDERERS[log_format]]
    formatter = structlog.stdlib.ProcessorFormatter(processors=processors, foreign_pre_chain=settings._SHARED)
    return formatter.format(record)


def test_a_line_is_one_json_object_with_the_number_of_the_run():
    record = logging.LogRecord("acquit", logging.INFO, __file__, 1, "clôture %s", ("faite",), None)
    with bound_contextvars(run_id=7):
        line = json.loads(as_line(record, "json"))
    assert {name: line[name] for name in ("event", "level", "logger", "run_id")} == {
        "event": "clôture faite",
        "level": "info",
        "logger": "acquit",
        "run_id": 7,
    }


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_an_error_is_told_without_the_values_of_its_variables(log_format):
    def fail(token: str) -> None:
        raise ValueError

    try:
        fail("-".join(["never", "to", "be", "told"]))
    except ValueError:
        record = logging.LogRecord("acquit", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    line = as_line(record, log_format)
    assert "ValueError" in line
    assert "never-to-be-told" not in line
