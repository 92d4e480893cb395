"""What `./acquit bench pages` takes for a page."""

from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bench._web import Ask, PageFailed, Person


@pytest.fixture
def answer():
    """Ask a server that gives this answer."""

    def give(status, place=""):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.send_header("Location", place)
                self.end_headers()

            def log_message(self, *words):
                pass

        with HTTPServer(("127.0.0.1", 0), Handler) as server, ThreadPoolExecutor(1) as pool:
            pool.submit(server.handle_request)
            return Person(server.server_port, "", "").seconds(Ask("/customers/?q=dupont"))

    return give


@pytest.mark.parametrize(("status", "place"), [(200, ""), (302, "/customers/12/")])
def test_a_page_or_the_one_customer_found(answer, status, place):
    assert answer(status, place) > 0


@pytest.mark.parametrize(
    ("status", "place"),
    [(302, "/accounts/login/?next=/customers/"), (302, "/customers/"), (301, "/customers/12/"), (500, "")],
)
def test_anything_else_is_no_page(answer, status, place):
    with pytest.raises(PageFailed, match=f"answered {status}"):
        answer(status, place)
