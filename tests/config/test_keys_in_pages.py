"""A key a page sends back is written bare: Django would write 2483 as “2 483”, and the form or link that carries it
fails on every installation of more than a thousand rows."""

import re

import pytest
from django.conf import settings

WRITTEN = re.compile(r"\{\{\s*([a-z_.]+(?:\.pk|\.id|_id)|next)\s*\}\}")
WORDS = {"external_id", "auto_id", "attrs.id"}
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))


def bare(name: str) -> bool:
    return name not in WORDS and name.split(".")[-1] not in WORDS


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_keys_are_not_written_as_numbers_for_people(path):
    assert [name for name in WRITTEN.findall(path.read_text()) if bare(name)] == []
