"""A real Dovecot with one mailbox, where it is installed."""

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.brokers import free_port
from tests.servers.outside import needed
from tools.launcher import outside, processes

NEEDED = needed("Dovecot")
START_S = 20
# Of the mails: Dovecot refuses to open a mailbox of root.
OWNER = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
CONFIGURATION = """
protocols = imap
base_dir = {folder}/run
log_path = {folder}/dovecot.log
listen = 127.0.0.1
ssl = required
ssl_cert = <{certificate}
ssl_key = <{key}
mail_location = maildir:{folder}/mail
{accounts}
first_valid_uid = 0
first_valid_gid = 0
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
"""


@contextmanager
def serving(files: tuple[Path, Path], mail: bytes) -> Iterator[int]:
    """The port of a server that shows this certificate, whose user "replies" (password: secret) has `mail`."""
    # Pytest's folders are closed to other accounts, which root's Dovecot works under.
    folder = Path(tempfile.mkdtemp(prefix="acquit-dovecot-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        _deliver(folder / "mail", mail)
        with _running(folder, files) as port:
            yield port
    finally:
        shutil.rmtree(folder)


@contextmanager
def _running(folder: Path, files: tuple[Path, Path]) -> Iterator[int]:
    values = {"folder": folder, "port": free_port(), "certificate": files[0], "key": files[1]}
    configuration = folder / "dovecot.conf"
    configuration.write_text(CONFIGURATION.format(**values, accounts=_accounts(), uid=OWNER.pw_uid, gid=OWNER.pw_gid))
    with subprocess.Popen([str(outside.program("Dovecot")), "-F", "-c", str(configuration)]) as started:
        try:
            assert processes.wait_until(lambda: _answers(values["port"]), START_S), (folder / "dovecot.log").read_text()
            yield values["port"]
        finally:
            started.terminate()


def _deliver(box: Path, mail: bytes) -> None:
    for part in ("", "cur", "new", "tmp"):
        (box / part).mkdir()
        os.chown(box / part, OWNER.pw_uid, OWNER.pw_gid)
    (box / "new" / "1.acquit.test").write_bytes(mail)


def _accounts() -> str:
    # Root's Dovecot wants the accounts of its package for what does not need root; anybody else has one account only.
    if os.getuid() == 0:
        return ""
    user, group = OWNER.pw_name, grp.getgrgid(OWNER.pw_gid).gr_name
    return f"default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}"


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
