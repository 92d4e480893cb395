"""The templates every entity starts with, in French and English. Their codes never change: scenarios name them."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from collections_app.letters.models import Tone
from crm.customers.models import Channel

LANGUAGES = ("fr", "en")


@dataclass(frozen=True)
class Default:
    code: str
    french: str
    english: str
    channel: Channel
    tone: Tone
    attach_statement: bool = False

    @property
    def for_consumers(self) -> bool:
        """Claims neither penalties nor the fixed compensation."""
        return "consumer" in self.code

    def name(self, language: str) -> str:
        """What the template is called in the lists, in the language of the entity."""
        return self.french if language.startswith("fr") else self.english

    def text(self, language: str) -> tuple[str, str]:
        """Subject and body."""
        return _text(self.code, language)


@cache
def _text(code: str, language: str) -> tuple[str, str]:
    source = (files(__package__) / f"{code}.{language}.liquid").read_text(encoding="utf-8").strip()
    if not source.startswith("Subject: "):
        return "", source
    subject, _, body = source.removeprefix("Subject: ").partition("\n")
    return subject.strip(), body.strip()


EMAIL, POST, SMS, PHONE = Channel.EMAIL, Channel.POST, Channel.SMS, Channel.PHONE

DEFAULTS = (
    Default("preventive-email", "Avant échéance (e-mail)", "Before the due date (e-mail)", EMAIL, Tone.PREVENTIVE),
    Default("friendly-email", "Relance amicale (e-mail)", "Friendly reminder (e-mail)", EMAIL, Tone.FRIENDLY),
    Default("reminder-email", "Rappel (e-mail)", "Reminder (e-mail)", EMAIL, Tone.REMINDER),
    Default("firm-email", "Relance ferme (e-mail)", "Firm reminder (e-mail)", EMAIL, Tone.FIRM),
    Default("friendly-letter", "Relance amicale (lettre)", "Friendly reminder (letter)", POST, Tone.FRIENDLY),
    Default("reminder-letter", "Rappel (lettre)", "Reminder (letter)", POST, Tone.REMINDER),
    Default("firm-letter", "Relance ferme (lettre)", "Firm reminder (letter)", POST, Tone.FIRM),
    Default("formal-notice-letter", "Mise en demeure (lettre)", "Formal notice (letter)", POST, Tone.FORMAL_NOTICE),
    Default(
        "formal-notice-consumer-letter",
        "Mise en demeure, particulier (lettre)",
        "Formal notice, consumer (letter)",
        POST,
        Tone.FORMAL_NOTICE,
    ),
    Default("reminder-sms", "Rappel (SMS)", "Reminder (SMS)", SMS, Tone.REMINDER),
    Default("call-script-first", "Premier appel (script)", "First call (script)", PHONE, Tone.REMINDER),
    Default("call-script-firm", "Appel ferme (script)", "Firm call (script)", PHONE, Tone.FIRM),
    Default(
        "statement-email", "Relevé de compte (e-mail)", "Statement of account (e-mail)", EMAIL, Tone.STATEMENT, True
    ),
    Default("statement-letter", "Relevé de compte (lettre)", "Statement of account (letter)", POST, Tone.STATEMENT),
    Default(
        "consumer-friendly-email",
        "Relance amicale, particulier (e-mail)",
        "Friendly reminder, consumer (e-mail)",
        EMAIL,
        Tone.FRIENDLY,
    ),
    Default(
        "consumer-reminder-email",
        "Rappel, particulier (e-mail)",
        "Reminder, consumer (e-mail)",
        EMAIL,
        Tone.REMINDER,
    ),
    Default(
        "consumer-firm-letter",
        "Relance ferme, particulier (lettre)",
        "Firm reminder, consumer (letter)",
        POST,
        Tone.FIRM,
    ),
)
