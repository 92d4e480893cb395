"""What a list says of the nature of a customer."""

from crm.customers.models import CustomerKind
from crm.imports.formats.rows import plain

# Found anywhere in what is written, tried in this order: who is no professional is not told by that word.
PARTS = {
    CustomerKind.CONSUMER: "nonprofessio consumer particulier consommateur b2c personal individual physique",
    CustomerKind.PUBLIC_BODY: "public administration collectivite etat mairie",
    CustomerKind.ASSOCIATION: "association asso nonprofit",
    CustomerKind.PROFESSIONAL: "pro entreprise societe b2b company business",
}
# Alone only: parts of other words, or meaning something else beside them ("private company", "aménagement").
WORDS = {
    CustomerKind.CONSUMER: "nonpro btoc prive private menage foyer",
    CustomerKind.PUBLIC_BODY: "b2g btog commune ministere epic epa",
    CustomerKind.ASSOCIATION: "",
    CustomerKind.PROFESSIONAL: "btob ei eirl eurl sarl sas sasu sa snc sci scop gie selarl micro artisan commercant "
    "tpe pme morale personnemorale corporate firm",
}
# What such a column has in it, whatever it is called: these words alone, in singular or plural.
PROVING = frozenset(
    "particulier consommateur consumer individual b2c btoc prive private personnephysique menage nonprofessionnel "
    "public secteurpublic organismepublic administration administrationpublique collectivite collectiviteterritoriale "
    "b2g association asso nonprofit pro professionnel professionnelle professional entreprise societe company business "
    "b2b btob personnemorale".split()
)
# Found in what is written, these speak of customers and never of documents.
SPEAKING = (
    "professionnel particulier consommateur consumer association collectivite organismepublic secteurpublic "
    "administration entreprise business"
).split()
KIND_OF_WORD = {word: kind for kind, words in WORDS.items() for word in words.split()}


def kind_of(text: str) -> str:
    """The nature a text means, "" when it means none."""
    word = plain(text)
    if not word:
        return ""
    found = next((kind for kind, parts in PARTS.items() if any(part in word for part in parts.split())), "")
    return KIND_OF_WORD.get(word, found)


def proves_kind(text: str) -> bool:
    """Whether a text says the nature of a customer wherever it stands."""
    word = plain(text)
    return word in PROVING or word.removesuffix("s") in PROVING


def speaks_of_customer(text: str) -> bool:
    """Whether a text says what a customer is rather than what a document is."""
    word = plain(text)
    return proves_kind(text) or word in KIND_OF_WORD or any(part in word for part in SPEAKING)
