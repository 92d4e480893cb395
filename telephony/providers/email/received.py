"""Reading a mail: who writes, about which of our mails, and whether a person or a machine wrote it.

Bounces are delivery reports (RFC 3464), complaints feedback reports (RFC 5965); automatic answers say so (RFC 3834).
"""

import hashlib
import html
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import getaddresses, parseaddr

import nh3

from telephony.core.news import News
from telephony.core.storable import storable
from telephony.providers.email.news import address_is_bad

TOKEN = re.compile(r"\+([0-9a-f]{32})@", re.IGNORECASE)
RECIPIENT_HEADERS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-From")
# Action of a delivery report -> our kind of news.
ACTIONS = {"failed": "bounced", "delayed": "deferred", "delivered": "delivered", "relayed": "sent", "expanded": "sent"}
# Tags that begin a line, tags that part words, and those whose content nobody reads.
LINES = frozenset("address blockquote br dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre section table tr ul".split())
CELLS = frozenset({"td", "th"})
UNSAID = {"script", "style", "title"}


@dataclass(frozen=True)
class Report:
    """What a delivery or feedback report says about one recipient of one of our mails. `elsewhere`: its status is that
    of another address, to which the recipient's mail was sent on."""

    kind: str
    recipient: str
    message_ref: str
    status: str
    said: str
    elsewhere: bool = False


@dataclass(frozen=True)
class Received:
    digest: str
    sender: str
    recipients: tuple[str, ...]
    references: tuple[str, ...]
    subject: str
    text: str
    kind: str  # answer, automatic or bounce
    reports: tuple[Report, ...] = ()

    def news(self, at: datetime) -> list[News]:
        """What the reports say, in the shape of any provider's news; a report read twice has the same key. `at`: when
        the mail came, since the date in its head is whatever its sender wrote."""
        return [
            News(
                provider="report",
                key=f"{self.digest}:{number}:{report.kind}",
                kind=report.kind,
                at=at,
                message_ref=report.message_ref,
                recipient=report.recipient,
                reason=report.said,
                permanent=report.kind == "bounced"
                and not report.elsewhere
                and address_is_bad(None, f"{report.status} {report.said}"),
                payload={"status": report.status, "said": report.said},
            )
            for number, report in enumerate(self.reports)
        ]


def token(address: str) -> str:
    """The token of an address of ours (replies+TOKEN@…); empty when there is none."""
    found = TOKEN.search(address)
    return found.group(1).lower() if found else ""


def identity(raw: bytes) -> tuple[str, str]:
    """The Message-ID of a mail without its brackets, empty when it has none, and a digest of who says what and when.

    Together they name it whichever way it comes: whoever writes chooses the first, some always the same one.
    """
    mail = message_from_bytes(raw, policy=policy.compat32)
    digest = hashlib.sha256()
    for part in mail.walk():
        # Neither the way it came, nor the boundary of its parts, which some providers make anew each time.
        of_part = [name for name in part if name.lower() != "content-type"]
        names = ("From", "Date", "Subject") if part is mail else of_part
        head = [f"{name}: {' '.join(str(part.get(name, '')).split())}" for name in names]
        said = b"" if part.is_multipart() else bytes(part.get_payload(decode=True) or b"")
        digest.update("\n".join(head).encode(errors="replace") + b"\n" + said.replace(b"\r\n", b"\n"))
    return storable(str(mail.get("Message-ID", ""))).strip().strip("<>"), digest.hexdigest()


def envelope(raw: bytes) -> tuple[str, str]:
    """Who writes and about what, as the mail itself says it."""
    head = message_from_bytes(raw, policy=policy.compat32)
    sender, subject = (storable(str(head.get(name, ""))).strip() for name in ("From", "Subject"))
    return sender, subject


def parse(raw: bytes) -> Received:
    """Read a whole mail. Headers that are wrong are read as far as they can be; nothing is raised for bad content."""
    mail = message_from_bytes(raw, policy=policy.default)
    reports = tuple(_reports(mail))
    return Received(
        digest=identity(raw)[1],
        sender=parseaddr(_header(mail, "From"))[1].lower(),
        recipients=tuple(address.lower() for address in _addresses(mail)),
        references=_references(mail),
        subject=" ".join(_header(mail, "Subject").split()),
        text=_text(mail),
        kind="bounce" if reports else "automatic" if _is_automatic(mail) else "answer",
        reports=reports,
    )


def _references(mail: Message) -> tuple[str, ...]:
    named = _header(mail, "In-Reply-To") + " " + _header(mail, "References")
    return tuple(dict.fromkeys(re.findall(r"<[^<>\s]+>", named)))


def _header(mail: Message, name: str) -> str:
    try:
        return storable(str(mail.get(name) or ""))
    except (ValueError, IndexError, AttributeError):  # the standard parser gives up on some malformed headers
        return ""


def _addresses(mail: Message) -> list[str]:
    # One by one: some versions of the parser answer nothing at all where one header is empty or wrong.
    told = (_header(mail, name) for name in RECIPIENT_HEADERS)
    return [address for header in told if header for _, address in getaddresses([header]) if address]


def _is_automatic(mail: Message) -> bool:
    said = _header(mail, "Auto-Submitted").lower()
    precedence = _header(mail, "Precedence").lower()
    return (said not in ("", "no")) or precedence == "auto_reply" or any(name in mail for name in AUTOMATIC_HEADERS)


def _text(mail: EmailMessage | Message) -> str:
    if not isinstance(mail, EmailMessage):
        return ""
    part = mail.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        content = part.get_content()
    except (LookupError, KeyError, ValueError):  # a charset nobody knows
        content = bytes(part.get_payload(decode=True) or b"").decode(errors="replace")
    if not isinstance(content, str):
        return ""
    text = _words(content) if part.get_content_subtype() == "html" else content
    return storable(text).strip()


def _words(page: str) -> str:
    """What a page in HTML says, a line per paragraph, item or row. It may read like code: who shows it escapes it."""
    flowing = re.sub(r"[ \t\r\n]+", " ", page)
    kept = nh3.clean(flowing, tags={*LINES, *CELLS}, clean_content_tags=UNSAID, attributes={"*": set()})
    cut = re.sub(r"<[^<>]+>", "\n", re.sub(r"</?t[dh]>", " ", kept))
    lines = (re.sub(" +", " ", line).strip(" ") for line in html.unescape(cut).splitlines())
    return "\n".join(line for line in lines if line.strip())


def _reports(mail: Message) -> list[Report]:
    if mail.get_content_type() != "multipart/report":
        return []
    kind = str(mail.get_param("report-type", "")).lower()
    if kind == "delivery-status":
        return _delivery_reports(mail)
    return [Report("complained", "", _original_id(mail), "", "complaint")] if kind == "feedback-report" else []


def _delivery_reports(mail: Message) -> list[Report]:
    original = _original_id(mail)
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            fields = [field for field in part.get_payload() if isinstance(field, Message)]
            return [_report(field, original) for field in fields if "Final-Recipient" in field or "Action" in field]
    return []


def _report(field: Message, original: str) -> Report:
    action = str(field.get("Action", "")).strip().lower()
    asked, final = (_recipient(field, name) for name in ("Original-Recipient", "Final-Recipient"))
    said = " ".join(str(field.get("Diagnostic-Code", "")).rpartition(";")[2].split())
    status, elsewhere = str(field.get("Status", "")).strip(), bool(asked and final) and asked.lower() != final.lower()
    return Report(ACTIONS.get(action, "other"), asked or final, original, status, said, elsewhere)


def _recipient(field: Message, name: str) -> str:
    return str(field.get(name, "")).rpartition(";")[2].strip(" <>")


def _original_id(mail: Message) -> str:
    """Message-ID of the mail the report is about, from its copy or the copy of its headers."""
    for part in mail.walk():
        head: Message | None = None
        if part.get_content_type() == "message/rfc822":
            head = next((inner for inner in part.get_payload() if isinstance(inner, Message)), None)
        elif part.get_content_type() == "text/rfc822-headers":
            head = message_from_bytes(bytes(part.get_payload(decode=True) or b""), policy=policy.compat32)
        if head is not None and head.get("Message-ID"):
            return str(head["Message-ID"]).strip().strip("<>")
    return ""
