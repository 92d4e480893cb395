"""What ./acquit says and gives back, without starting anything."""

import os
import re
import socket
import subprocess
import sys
from concurrent.futures import CancelledError
from contextlib import nullcontext, suppress

import pytest

from tools.launcher import bench, browser, checks, demo, environment, locks, manage, prepare, template
from tools.launcher.paths import PACKAGES, PYTHON, ROOT, digest
from tools.launcher.say import Trouble


def acquit(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "acquit", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"]])
def test_help_names_every_command(arguments):
    done = acquit(*arguments)
    named = {line.split()[1] for line in done.stdout.splitlines() if line.startswith("./acquit")}
    assert (done.returncode, named) == (0, {"demo", "test", "manage", "bench", "lint"})


def test_an_unknown_command_is_refused_on_the_error_stream():
    done = acquit("dance")
    assert (done.returncode, done.stdout, done.stderr.splitlines()[0]) == (2, "", "There is no command 'dance'.")


def test_an_unknown_measure_is_refused():
    with pytest.raises(Trouble, match=r"Dites quelle mesure : faults, .*\nSay which measure: faults, "):
        bench.bench(["../manage"])


@pytest.mark.parametrize("option", ["--fec", "--open-items"])
def test_a_file_that_is_not_there_is_told_before_anything_else(monkeypatch, tmp_path, option):
    monkeypatch.setattr(demo, "free_port", lambda host, port: pytest.fail("something else comes first"))
    with pytest.raises(Trouble, match=r"Le fichier .*none\.txt n’existe pas\.\nThere is no file .*none\.txt\."):
        demo.demo([option, str(tmp_path / "none.txt")])


def test_the_first_free_port_is_taken(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(demo, "FIRST_PORT", port)
        monkeypatch.setattr(demo, "PORTS_TRIED", 1)
        with pytest.raises(Trouble, match="No port is free"):
            demo.free_port("127.0.0.1", None)
        monkeypatch.setattr(demo, "PORTS_TRIED", 100)
        assert port < demo.free_port("127.0.0.1", None) < port + 100
        with pytest.raises(Trouble, match=f"Le port {port} est pris.\nPort {port} is taken."):
            demo.free_port("127.0.0.1", port)


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["import_receivables", "file.txt"], True),
        (["makemigrations"], False),
        (["run_night", "--help"], False),
        ([], False),
    ],
)
def test_only_commands_that_read_rows_migrate_first(arguments, needed):
    assert manage.needs_tables(arguments) is needed


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("======= 3 failed, 12 passed, 2 warnings in 1.20s =======", {"failed": 3, "passed": 12, "warning": 2}),
        ("==== 7 passed, 120 deselected, 1 error in 0.30s ====", {"passed": 7, "error": 1}),
        ("==== no tests ran in 0.01s ====", {}),
    ],
)
def test_closing_lines_are_understood(line, read):
    assert checks.read_closing_line(line) == read


def test_steps_beside_are_all_run_and_told(capfd):
    steps = {"good": ["-c", "print('one')"], "bad": ["-c", "print('two'); exit(3)"]}
    with checks.beside(steps, None) as results:
        assert results() == ["bad"]
    assert capfd.readouterr().out == "one\ntwo\n"


def test_of_two_mypy_at_once_one_alone_writes_their_cache(monkeypatch, tmp_path):
    monkeypatch.setattr(checks, "VAR", tmp_path)
    asked = ["-c", "import os; print(os.environ.get('MYPY_CACHE_DIR'), os.environ.get('GIVEN'))", "mypy"]
    with locks.unless_taken(tmp_path / "mypy.lock") as first:
        beside = checks._kept(asked, {"GIVEN": "kept"}, [])
    later = checks._kept(asked, {"GIVEN": "kept"}, [])
    assert (first, beside, later) == (True, (0, "/dev/null kept\n"), (0, "None kept\n"))


def test_steps_beside_end_with_what_they_were_begun_for(tmp_path):
    begun, later = tmp_path / "begun", tmp_path / "later"
    os.mkfifo(begun)  # read once the first step runs
    waits = f"open({str(begun)!r}, 'w').close(); import threading; threading.Event().wait()"
    steps = {"waits": ["-c", waits], "later": ["-c", f"open({str(later)!r}, 'w')"]}
    with checks.beside(steps, None) as results:
        begun.read_text()
    with pytest.raises(CancelledError):
        results()
    assert not later.exists()


def test_it_closes_with_one_line():
    said = checks.closing_line({"passed": 19, "failed": 1, "warning": 2}, 61.5)
    assert said.strip("= ") == "1 failed, 19 passed, 2 warnings in 61.50s"
    assert checks.closing_line({}, 0).strip("= ") == "no tests ran in 0.00s"


def test_the_fingerprint_follows_the_migrations(monkeypatch, tmp_path):
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    migration = tmp_path / "crm" / "law" / "migrations" / "0001_initial.py"
    before = prepare.fingerprint()
    migration.parent.mkdir(parents=True)
    migration.write_text("")
    assert prepare.fingerprint() != before


def test_the_fingerprint_follows_a_migration_that_is_written_anew_and_the_libraries(monkeypatch, tmp_path):
    lock, migration = tmp_path / "requirements.lock", tmp_path / "telephony/providers/email/migrations/0001_initial.py"
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    monkeypatch.setattr(prepare, "LOCK_FILE", lock)
    migration.parent.mkdir(parents=True)
    migration.touch()
    lock.touch()
    found = [prepare.fingerprint()]
    os.utime(migration, ns=(1, 1))
    found.append(prepare.fingerprint())
    migration.write_text("longer")
    os.utime(migration, ns=(1, 1))
    found.append(prepare.fingerprint())
    lock.write_text("Django==6.0")
    found.append(prepare.fingerprint())
    assert len(set(found)) == 4


def test_the_template_is_made_again_whenever_what_it_is_made_of_changes(monkeypatch, tmp_path):
    """And when the last time came to no end, whatever it was made of before."""
    made = []

    def make(variables):
        made.append(variables["made of"])
        if variables["made of"] == "broken":
            raise Trouble

    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(template, "VAR", tmp_path)
    monkeypatch.setattr(template, "_make_again", make)
    for of in ("a", "a", "b", "broken", "b", "b"):
        monkeypatch.setattr(template, "fingerprint", lambda of=of: of)
        with suppress(Trouble):
            assert template.prepare({"made of": of})[template.VARIABLE] == template.DATABASE
    assert made == ["a", "b", "broken", "b"]


def test_the_fingerprint_follows_what_migrations_call(monkeypatch, tmp_path):
    ours = re.compile(r"^from ((?:config|crm|collections_app|telephony)[\w.]*) import (\w+)", re.MULTILINE)
    called = {
        name.replace(".", "/") + ".py"
        for package in PACKAGES
        for path in (ROOT / package).glob("**/migrations/*.py")
        for start, names in ours.findall(path.read_text())
        for name in (start, f"{start}.{names}")
    }
    assert {path for path in called if (ROOT / path).is_file()} <= set(prepare.CALLED)
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    for path in (called for called in prepare.CALLED if "*" not in called):
        before = prepare.fingerprint()
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
        assert prepare.fingerprint() != before


def test_the_fingerprint_follows_the_law(monkeypatch, tmp_path):
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    pack = tmp_path / "crm" / "law" / "packs" / "france.py"
    pack.parent.mkdir(parents=True)
    before = prepare.fingerprint()
    pack.write_text("")
    assert prepare.fingerprint() != before


def test_translations_cut_short_are_not_kept(monkeypatch, tmp_path):
    source = tmp_path / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.touch()
    full = tmp_path / "python"
    full.write_text('#!/bin/sh\nfor last; do :; done\nprintf cut > "$last"\nexit 1\n')
    full.chmod(0o755)
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    monkeypatch.setattr(prepare, "PYTHON", full)
    with pytest.raises(subprocess.CalledProcessError):
        prepare.compile_messages()
    assert list(source.parent.iterdir()) == [source]


def test_the_packages_go_into_our_environment_whatever_the_shell_says(monkeypatch, capfd):
    monkeypatch.setenv("UV_SYSTEM_PYTHON", "1")
    monkeypatch.setenv("UV_PYTHON", "/usr/bin/python3")
    said = "import os; print([name for name in os.environ if name in ('UV_SYSTEM_PYTHON', 'UV_PYTHON')])"
    assert environment._run([sys.executable, "-c", said]) == 0
    assert capfd.readouterr().err == "[]\n"
    assert all(str(PYTHON) in command for command in environment._installers() if "uv" in command)


def test_another_python_below_the_environment_makes_it_again(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "PYTHON", tmp_path / "python")
    (tmp_path / "python").symlink_to("/usr/bin/python3.11")
    before = environment._wanted()
    (tmp_path / "python").unlink()
    (tmp_path / "python").symlink_to("/usr/bin/python3.99")
    assert environment._wanted() != before


@pytest.mark.parametrize("port", ["0", "99999", "x"])
def test_a_port_that_is_none_is_refused_in_words(port, capsys):
    with pytest.raises(SystemExit):
        demo._parser().parse_args(["--port", port])
    assert "argument --port" in capsys.readouterr().err


@pytest.mark.parametrize(("host", "shown"), [("0.0.0.0", "localhost"), ("::1", "[::1]"), ("::", "localhost")])
def test_the_address_said_can_be_opened(host, shown):
    assert demo._variables({}, host, 8000)["SITE_URL"] == f"http://{shown}:8000"


def test_the_mails_of_the_portfolio_lead_to_the_port_served_on(monkeypatch):
    seen = []
    monkeypatch.setattr(demo.environment, "prepare", lambda: None)
    monkeypatch.setattr(demo.prepare, "compile_messages", lambda: None)
    monkeypatch.setattr(demo.prepare, "migrate_if_needed", lambda name, variables: None)
    monkeypatch.setattr(demo, "running", lambda services: nullcontext({}))
    monkeypatch.setattr(demo, "stoppable", nullcontext)
    monkeypatch.setattr(demo, "call", lambda arguments, variables: seen.append(variables["SITE_URL"]) or 0)
    monkeypatch.setattr(demo, "_serve", lambda host, port, variables: seen.append(variables["SITE_URL"]) or 0)
    monkeypatch.setattr(demo, "free_port", lambda host, port: port)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    demo.demo(["--port", "8431"])
    assert seen == ["http://localhost:8431", "http://localhost:8431"]


def test_a_digest_tells_where_one_part_ends():
    assert digest("a", "bc") != digest("ab", "c")


@pytest.fixture
def without_browser(monkeypatch) -> list[list[str]]:
    """A machine without any browser; the commands that were tried."""
    tried: list[list[str]] = []
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    monkeypatch.setattr(browser, "_playwrights", lambda: None)
    monkeypatch.setattr(browser.subprocess, "run", lambda command, **options: tried.append(command))
    return tried


def test_a_missing_browser_is_told_with_its_remedy(without_browser):
    with pytest.raises(Trouble, match="apt-get install chromium"):
        browser.find_or_install()
    assert [command[1:] for command in without_browser] == [["-m", "playwright", "install", "--no-shell", "chromium"]]


def test_the_browser_playwright_downloads_is_taken(without_browser, monkeypatch):
    monkeypatch.setattr(browser, "_playwrights", lambda: "/its/chrome" if without_browser else None)
    assert browser.find_or_install() == "/its/chrome"


def test_a_browser_that_does_not_start_is_not_one(tmp_path, monkeypatch):
    shim = tmp_path / "chromium"
    shim.write_text("#!/bin/sh\necho the snap is not installed; exit 1\n")
    shim.chmod(0o755)
    monkeypatch.setenv("CHROMIUM", str(shim))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "_playwrights", lambda: None)
    assert browser.find() is None
