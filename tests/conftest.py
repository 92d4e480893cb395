import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from tests import emptying
from tools.launcher import browser

# The same examples every time: a failure is found again.
hypothesis_settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50)
hypothesis_settings.load_profile("ci")

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Last: under the loop Playwright leaves running a thread has other connections than in its forks, where some tests
    # are killed. First: what one process takes many seconds for, or the other would wait for it at the end.
    items.sort(key=lambda item: (item.get_closest_marker("browser") is not None, not item.get_closest_marker("long")))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    # Playwright's synchronous interface keeps a loop running, which Django takes for asynchronous code.
    if any(item.get_closest_marker("browser") for item in session.items):
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    # ./acquit test keeps a migrated database to copy: much faster than running every migration for every worker.
    template = os.environ.get("TEST_DATABASE_TEMPLATE")
    if template:
        connection.settings_dict["TEST"]["TEMPLATE"] = template


@pytest.fixture(scope="session", autouse=True)
def _emptied_of_what_was_written() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptying.empty)
        yield


@pytest.fixture(autouse=True)
def language_of_a_new_thread() -> Iterator[None]:
    """What a test's last request spoke is not the language of the next test."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": browser.find_or_install(), "args": CHROMIUM_ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"locale": "fr-FR", "timezone_id": "Europe/Paris", "viewport": {"width": 1440, "height": 900}}
