"""Who the demonstration's customers are: names, kinds, ways to reach them, habits of payment."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product
from random import Random

from config.demo import words
from crm.customers.models import CustomerKind

KINDS = (
    (CustomerKind.PROFESSIONAL, 250),
    (CustomerKind.CONSUMER, 95),
    (CustomerKind.PUBLIC_BODY, 35),
    (CustomerKind.ASSOCIATION, 20),
)
SIZE_OF_KIND = {
    CustomerKind.PROFESSIONAL: (180, 4_200),
    CustomerKind.CONSUMER: (60, 420),
    CustomerKind.PUBLIC_BODY: (500, 9_000),
    CustomerKind.ASSOCIATION: (90, 900),
}


@dataclass(frozen=True)
class Habit:
    """How late a customer pays: `delay` in days after the due date, None when he does not pay any more."""

    name: str
    share: int
    low: int
    high: int
    unpaid_share: float = 0.0


HABITS = (
    Habit("prompt", 19, -6, 3),
    Habit("a_little_late", 28, 3, 18, 0.03),
    Habit("late", 28, 15, 55, 0.15),
    Habit("chronic", 18, 40, 110, 0.35),
    Habit("stopped", 7, 5, 40),  # paid like anyone, then no more at all
)


@dataclass
class Person:
    """A customer to be written, with what drives his ledger."""

    account: str
    name: str
    kind: str
    city: str
    postcode: str
    street: str
    habit: Habit
    invoices: int
    smallest: int
    largest: int
    terms: int
    country: str = "FR"
    currency: str = "EUR"
    language: str = ""
    category: str = ""
    tags: list[str] = field(default_factory=list)
    stops_after: date | None = None
    contact: str = ""
    position: str = ""
    email: str = ""
    phone: str = ""
    bounced: bool = False
    opted_out: bool = False


def people(rng: Random, on: date) -> list[Person]:
    """The four hundred customers, always the same for the same seed and date."""
    found: list[Person] = []
    for kind, count in KINDS:
        names = naming(kind, rng)
        found += [person(rng, on, kind, names(), f"411{len(found) + place:05d}") for place in range(1, count + 1)]
    return found


def naming(kind: str, rng: Random) -> Callable[[], str]:
    """Gives names of that kind, none twice."""
    towns = [town for town, _postcode in words.TOWNS]
    patterns: dict[str, list[str]] = {
        CustomerKind.PROFESSIONAL: [
            *(f"{trade} {place}" for trade, place in product(words.TRADES, words.PLACES)),
            *(f"{trade} {name}" for trade, name in product(words.TRADES, words.LAST_NAMES)),
        ],
        CustomerKind.CONSUMER: [f"{first} {last}" for first, last in product(words.FIRST_NAMES, words.LAST_NAMES)],
        CustomerKind.PUBLIC_BODY: [body.format(town=town) for body, town in product(words.PUBLIC_BODIES, towns)],
        CustomerKind.ASSOCIATION: [body.format(town=town) for body, town in product(words.ASSOCIATIONS, towns)],
    }
    names = [name.replace("de Échirolles", "d’Échirolles").replace("de Annecy", "d’Annecy") for name in patterns[kind]]
    rng.shuffle(names)
    return iter(names).__next__


def person(rng: Random, on: date, kind: str, name: str, account: str) -> Person:
    city, postcode = rng.choice(words.TOWNS)
    habit = rng.choices(HABITS, [habit.share for habit in HABITS])[0]
    smallest, largest = SIZE_OF_KIND[CustomerKind(kind)]
    scale = rng.choices((1, 2, 6), (80, 15, 5))[0] if kind == CustomerKind.PROFESSIONAL else 1
    given = Person(
        account,
        name,
        kind,
        city,
        postcode,
        f"{rng.randint(1, 140)} {rng.choice(words.STREETS)}",
        habit,
        invoices=rng.choices((3, 6, 9, 16), (22, 35, 28, 15))[0],
        smallest=smallest,
        largest=largest * scale,
        terms=terms(rng, kind),
        category=category(rng, kind, scale),
    )
    if habit.name == "stopped":
        given.stops_after = on - timedelta(days=rng.randint(25, 110))
    return reachable(rng, abroad(rng, given))


def terms(rng: Random, kind: str) -> int:
    """Days to pay: few for a consumer, thirty in law for a public body."""
    if kind == CustomerKind.CONSUMER:
        return rng.choice((0, 10, 15))
    return 30 if kind == CustomerKind.PUBLIC_BODY else rng.choices((30, 45, 60), (60, 30, 10))[0]


def category(rng: Random, kind: str, scale: int) -> str:
    if kind == CustomerKind.PROFESSIONAL:
        return "Grand compte" if scale == 6 else rng.choice(("Artisan", "Commerce", "Hôtellerie", "Industrie"))
    return {"consumer": "Particulier", "public_body": "Collectivité", "association": "Association"}[kind]


def abroad(rng: Random, given: Person) -> Person:
    """A few professionals sit across the border and pay in francs; some of them read English."""
    if given.kind == CustomerKind.PROFESSIONAL and rng.random() < 0.03:
        given.city, given.postcode = rng.choice(words.SWISS_TOWNS)
        given.country, given.currency = "CH", "CHF"
        given.language = rng.choice(("", "en"))
    return given


def reachable(rng: Random, given: Person) -> Person:
    """Contact, e-mail and phone; some are missing, refused or dead, as in real life."""
    first, last = rng.choice(words.FIRST_NAMES), rng.choice(words.LAST_NAMES)
    consumer = given.kind == CustomerKind.CONSUMER
    given.contact = given.name if consumer else f"{first} {last}"
    given.position = "" if consumer else rng.choice(("Comptabilité", "Gérance", "Direction financière", "Secrétariat"))
    if rng.random() < 0.94:
        given.email = f"{'' if consumer else 'compta.'}{plain(given.name)}@{given.account}.example"
        given.bounced, given.opted_out = rng.random() < 0.025, rng.random() < 0.01
    if rng.random() < 0.9:
        # Numbers the French regulator keeps for fiction.
        given.phone = f"+3346571{rng.randint(0, 9999):04d}" if given.country == "FR" else ""
    given.tags = [
        tag for tag, share in (("fidèle", 0.15), ("fragile", 0.05), ("chantier", 0.1)) if rng.random() < share
    ]
    return given


def plain(name: str) -> str:
    """A name as the left part of an e-mail address."""
    letters = name.lower().translate(str.maketrans("éèêëàâîïôöûüç’ ", "eeeeaaiioouuc--"))
    return "".join(letter for letter in letters if letter.isascii() and (letter.isalnum() or letter == "-"))[:30]
