import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests.scopes.world import World, build


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Any) -> Iterator[World]:
    """The two companies. Hundreds of refusals follow: writing their traces would take most of the time."""
    settings.MEDIA_ROOT = tmp_path
    logging.disable(logging.CRITICAL)
    yield build()
    logging.disable(logging.NOTSET)
