import os
import subprocess
import sys

from tests.factories.certificates import Authority

SCRIPT = "import config.settings as s; print(s.EMAIL_BACKEND)"


def with_an_authority(**variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "ACQUIT_ENV": "production", "EMAIL_CA": Authority().pem, **variables}
    return subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False)


def test_smtp_believes_the_authority_told():
    assert with_an_authority().stdout.strip() == "telephony.providers.email.smtp.EmailBackend"


def test_a_backend_that_would_not_ask_for_it_is_refused():
    done = with_an_authority(EMAIL_BACKEND="anymail.backends.mailgun.EmailBackend")
    assert "EMAIL_CA: only SMTP asks for it, and EMAIL_BACKEND is anymail" in done.stderr
