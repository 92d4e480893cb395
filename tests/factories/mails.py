"""Mails as servers and people write them."""

from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

REPORT = """Reporting-MTA: dns; mx.client.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}
"""


def answer(text: str = "Bien reçu.", *, html: bool = False, **headers: str) -> bytes:
    """A mail a person writes; headers by keyword, `_` for `-`."""
    mail = EmailMessage()
    given = {"From": "Paie <paie@client.example>", "To": "relance@e001.example", "Subject": "Re: Votre facture"}
    for name, value in {**given, **{key.replace("_", "-"): value for key, value in headers.items()}}.items():
        mail[name] = value
    mail.set_content(text, subtype="html" if html else "plain")
    return mail.as_bytes()


def bounce(
    about: str,
    *,
    number: str = "report-1@mx.client.example",
    recipient: str = "paie@client.example",
    original: str = "",
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "550 5.1.1 User unknown",
    headers_only: bool = False,
) -> bytes:
    """A delivery report (RFC 3464) about the mail whose Message-ID is `about`; `original`: its recipient before it was
    sent on."""
    report = MIMEMultipart("report", **{"report-type": "delivery-status"})
    report["From"], report["Subject"] = "MAILER-DAEMON@mx.client.example", "Undelivered Mail Returned to Sender"
    report["Message-ID"], report["Auto-Submitted"] = f"<{number}>", "auto-replied"
    report["Date"] = "Mon, 02 Mar 2026 10:00:00 +0100"
    report.attach(MIMEText("I'm sorry to have to inform you…"))
    fields = REPORT.format(recipient=recipient, action=action, status=status, said=said)
    report.attach(_fields(fields + (f"Original-Recipient: rfc822;{original}\n" if original else "")))
    report.attach(_original(about, headers_only=headers_only))
    return report.as_bytes()


def complaint(about: str) -> bytes:
    """A feedback report (RFC 5965)."""
    report = MIMEMultipart("report", **{"report-type": "feedback-report"})
    report["From"], report["Message-ID"] = "fbl@provider.example", "<fbl-1@provider.example>"
    fields = MIMEText("Feedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n")
    fields.set_type("message/feedback-report")
    report.attach(fields)
    report.attach(_original(about, headers_only=False))
    return report.as_bytes()


def _fields(text: str) -> Message:
    part = Message()
    part["Content-Type"] = "message/delivery-status"
    blocks = [_block(block) for block in text.strip().split("\n\n")]
    part.set_payload(blocks)
    return part


def _block(text: str) -> Message:
    block = Message()
    for line in text.splitlines():
        name, _, value = line.partition(": ")
        block[name] = value
    return block


def _original(about: str, *, headers_only: bool) -> Message:
    if headers_only:
        part = MIMEText(f"Message-ID: <{about}>\nSubject: x\n")
        part.set_type("text/rfc822-headers")
        return part
    inner = EmailMessage()
    inner["Message-ID"], inner["Subject"] = f"<{about}>", "x"
    inner.set_content("y")
    part = Message()
    part["Content-Type"] = "message/rfc822"
    part.set_payload([inner])
    return part
