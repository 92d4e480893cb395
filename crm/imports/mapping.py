"""Which column says what: known header names in French and English, and what the values look like."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, count

from crm.core.amounts import OTHER_MARK, UNCLEAR, BadValue, Figure, amount_of, digits_and_marks, supposed_mark
from crm.imports.errors import MissingColumns
from crm.imports.formats.rows import plain
from crm.imports.formats.table import Row, column
from crm.imports.formats.values import YEAR_LAST, date_of
from crm.imports.models import Format

# Earlier names are the better ones: where two columns could be a field, the one named first is taken.
NAMES = {
    "customer": "customerid customernumber custnumber codeclient numclient numeroclient noclient nclient idclient "
    "clientid compteclient codetiers comptetiers tiers compauxnum compteauxiliaire accountnumber debtornumber debtor "
    "kunnr customercode accountid customeraccount numerocompte compte account customer client debiteur code",
    "name": "namecustomer customername nomclient raisonsociale nomtiers libelletiers compauxlib intitule "
    "societe company companyname denomination clientname clientnom name nom libelleclient client customer",
    "external_id": "externalid identifiant identifiantexterne uid",
    "number": "docid invoicenumber invoiceno numfacture numerofacture nofacture nfacture facture invoice invoiceid "
    "documentnumber docnumber docno numeropiece numpiece nopiece npiece piece pieceref numerodocument document "
    "referencefacture reference ref numero number belnr ndoc numdoc nodoc numerodoc",
    "issued_on": "invoicedate datefacture datedefacture documentdate datedocument datepiece datedepiece dateemission "
    "issuedate issuedon postingdate documentcreatedate dateecriture ecrituredate datecomptable date bldat "
    "baselinecreatedate emission emise emisele",
    "due_on": "dueindate duedate dueon dateecheance datedecheance echeance due netduedate datelimite paymentdue "
    "dateexigibilite",
    "cleared_on": "cleardate clearingdate datelettrage datedelettrage datesolde paidon paiddate datepaiement",
    "open_amount": "openamount totalopenamount amountopen outstanding outstandingamount restantdu resteapayer restedu "
    "montantrestant montantdu soldedu solde balance amountdue balancedue remaining remainingamount montantouvert "
    "encours soldettc reste resteouvert reliquat",
    "amount": "amount invoiceamount totalamount montantttc montantfacture montanttotal totalttc montant total ttc "
    "amountttc convertedusd montantinitial originalamount montanteur dmbtr grossamount",
    "debit": "debit",
    "credit": "credit",
    "currency": "currency invoicecurrency devise currencycode codedevise idevise monnaie waers",
    "type": "documenttype doctype typepiece typedocument typedepiece nature type blart typefacture",
    "label": "label libelle description objet designation text texte ecriturelib motif",
    "email": "email mail mel courriel adressemail adresseemail emailaddress emailclient contactemail",
    "phone": "phone telephone tel phonenumber mobile telephonefixe portable numerotelephone",
    "first_name": "prenom firstname givenname prenomcontact prenomducontact contactfirstname",
    "contact": "contact contactname nomcontact interlocuteur nomducontact lastname surname familyname nomdefamille "
    "contactlastname nomprenom nometprenom",
    "position": "fonction position jobtitle",
    "street": "street address adresse rue adresse1 address1 adressepostale",
    "postcode": "postcode zip zipcode codepostal cp postalcode",
    "city": "city ville localite town",
    "country": "country pays countrycode codepays",
    "siren": "siren",
    "siret": "siret nsiret numerosiret",
    "vat_number": "vatnumber vat tva numtva numerotva tvaintracommunautaire numtvaintra ntva",
    "language": "language langue",
    "category": "category categorie famille segment",
    "kind": "kind customertype typeclient naturejuridique",
    "paid_on": "paymentdate datereglement datedereglement datepaiement datedepaiement paidon receivedon valuedate "
    "datevaleur dateencaissement date",
    "reference": "paymentreference paymentid referencereglement referencepaiement numeroreglement idreglement "
    "transactionid reference ref libelle label",
    "invoice_number": "invoicenumber numfacture numerofacture facture invoice nfacture referencefacture docid piece",
}
FIELDS = {
    Format.OPEN_ITEMS: "customer name external_id number issued_on due_on cleared_on open_amount amount debit credit "
    "currency type label email phone",
    Format.CUSTOMERS: "customer name kind siren siret vat_number language category street postcode city country "
    "first_name contact position email phone",
    Format.PAYMENTS: "customer name paid_on amount currency invoice_number reference",
}
NEEDED = {
    Format.OPEN_ITEMS: (("customer", "name"), ("number", "external_id"), ("due_on", "issued_on"),
                        ("open_amount", "amount", "debit", "credit")),
    Format.CUSTOMERS: (("customer",), ("name", "email", "phone", "street", "contact")),
    Format.PAYMENTS: (("customer", "invoice_number"), ("paid_on",), ("amount",)),
}  # fmt: skip
DATES = ("issued_on", "due_on", "cleared_on", "paid_on")
AMOUNTS = ("open_amount", "amount", "debit", "credit")
KNOWN_HEADERS = frozenset(name for names in NAMES.values() for name in names.split())
CURRENCY_IN_HEADER = {"usd": "USD", "eur": "EUR", "gbp": "GBP", "chf": "CHF", "xof": "XOF", "tnd": "TND", "cad": "CAD"}
CURRENCY_ENDING = re.compile(f"(?:{'|'.join(CURRENCY_IN_HEADER)}|euros?)$")
DIGITS_ALIKE = str.maketrans("12345678", "9" * 8)  # a leading zero proves that nothing is grouped
WITH_MARKS = re.compile(r"[\d.,]*[.,][\d.,]*")
MOSTLY = 0.9
NO_DAY = frozenset({"", "0", "00000000", "-", "00/00/0000", "0000-00-00"})
OTHER_ORDER = {"dmy": "mdy", "mdy": "dmy"}


@dataclass
class ColumnMap:
    """Where each field stands (index from 0) and how its values are written. `undecided`: fields whose values do not
    prove it, so that it is supposed. `marks`: the decimal mark that amounts of a column show. Where they show none,
    `likely_mark` is what else speaks for one, `proven` whether that proves it, `supposed` what the amounts of a column
    that do not tell it were taken to have, and `unclear` the first of them. `format_supposed`: payments have the same
    columns."""

    format: str
    places: dict[str, int]
    headers: list[str]
    orders: dict[str, str] = field(default_factory=dict)
    either_order: frozenset[str] = frozenset()
    undecided: frozenset[str] = frozenset()
    marks: dict[str, str] = field(default_factory=dict)
    likely_mark: str = ""
    proven: bool = False
    supposed: dict[str, str] = field(default_factory=dict)
    unclear: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, dict[str, int]] = field(default_factory=dict)
    currency: str = ""
    format_supposed: bool = False

    def columns(self) -> dict[str, str]:
        """Field to name of its column, as a profile keeps it."""
        names = names_of(self.headers)
        return {name: names[index] for name, index in self.places.items()}

    def mark_supposed(self, name: str, text: str, currency: str) -> str:
        """The decimal mark of an amount of a column that shows none, "" where it tells its own; remembered, to be told.
        Raises UnclearAmount in a currency of three decimals, whatever is supposed of others."""
        mark = supposed_mark(text, currency)
        if mark:
            mark = self.likely_mark or mark
            self.supposed.setdefault(name, mark)
            self.unclear.setdefault(name, text)
        return mark

    def unproven(self) -> frozenset[str]:
        """Columns of amounts of which nothing proves how they are meant."""
        return frozenset() if self.proven else frozenset(self.supposed)

    def day_of(self, name: str, text: str) -> date | None:
        """The day a text of a field means, None for an empty one. Raises BadValue."""
        if text in NO_DAY:
            return None
        order = self.orders.get(name, "dmy")
        try:
            return date_of(text, order)
        except BadValue:
            if name not in self.either_order:
                raise
        return date_of(text, OTHER_ORDER[order])


def names_of(headers: list[str]) -> list[str]:
    """One name for each column, by which a person chooses it: its header, with its rank where an earlier one is alike;
    its place (#3) where it has none."""
    names: dict[str, None] = {}
    for place, header in enumerate(headers, 1):
        alike = (f"{header} ({rank})" for rank in count(2))
        names[next(name for name in chain([header or f"#{place}"], alike) if name not in names)] = None
    return list(names)


def guess(
    headers: list[str],
    rows: list[Row],
    *,
    wanted: str = "",
    given: Mapping[str, str] | None = None,
    country: str = "FR",
) -> ColumnMap:
    """Find the fields of a list; `given` (field to name of a column, or to nothing: the list does not have it) comes
    first. Raises MissingColumns.

    `rows` is a sample; `country` settles 03/04/2020 where nothing in the column does (month first in the US only).
    """
    given = given or {}
    left_out = {name for name, column in given.items() if not column}
    places = _given(headers, {name: column for name, column in given.items() if column})
    kind = wanted or _format_of(headers)
    _by_name(headers, [name for name in FIELDS[Format(kind)].split() if name not in left_out], places)
    if kind == Format.OPEN_ITEMS:
        _by_values(headers, rows, places)
    if kind == Format.CUSTOMERS and "name" not in given:
        _name_of_a_person(headers, places)
    places = {name: index for name, index in places.items() if name not in left_out}
    _demand(kind, places, headers)
    found = ColumnMap(kind, places, headers, format_supposed=not wanted and _may_be_payments(headers))
    _read_habits(found, rows, "mdy" if country == "US" else "dmy")
    return found


def _bare(header: str) -> str:
    """A plain header without the currency it ends with: amount_usd, Montant (€), Solde EUR."""
    name = plain(header)
    return name if name in KNOWN_HEADERS else CURRENCY_ENDING.sub("", name)


def _given(headers: list[str], given: Mapping[str, str]) -> dict[str, int]:
    exactly = {name: index for index, name in enumerate(names_of(headers))}
    alike = {plain(header): index for index, header in reversed(list(enumerate(headers)))}
    alike.pop("", None)  # of a header without a Latin letter nothing is left
    found = {name: exactly.get(header, alike.get(plain(header))) for name, header in given.items()}
    absent = [given[name] for name, index in found.items() if index is None]
    if absent:
        raise MissingColumns(columns=", ".join(absent), found=", ".join(filter(None, headers)), headers=headers)
    return {name: index for name, index in found.items() if index is not None}


def _named_among(headers: list[str]) -> Callable[..., bool]:
    """Whether a field has one of its usual headers, but for those in `skip`."""
    names = {_bare(header) for header in headers}

    def has(name: str, skip: str = "") -> bool:
        return bool(names & (set(NAMES[name].split()) - set(skip.split())))

    return has


def _may_be_payments(headers: list[str]) -> bool:
    """Customer, date, amount, invoice: what was invoiced or what was paid."""
    has = _named_among(headers)
    told = any(map(has, ("due_on", "open_amount", "type"))) or has("issued_on", "date") or has("paid_on", "date")
    return not told and all(map(has, ("amount", "paid_on", "invoice_number")))


def _format_of(headers: list[str]) -> str:
    """Open items have a document with its due date or an amount; payments a date of payment; else it is customers."""
    has = _named_among(headers)
    if not any(has(name) for name in AMOUNTS):
        if has("due_on") and (has("number") or has("issued_on")):
            return Format.OPEN_ITEMS
        return Format.CUSTOMERS if has("name") or has("email") else Format.OPEN_ITEMS
    if has("due_on") or has("open_amount"):
        return Format.OPEN_ITEMS
    if has("paid_on", skip="date") and not has("issued_on", skip="date"):
        return Format.PAYMENTS
    return Format.OPEN_ITEMS


def _by_name(headers: list[str], fields: list[str], places: dict[str, int]) -> None:
    names = [_bare(header) for header in headers]
    for name in fields:
        if name in places:
            continue
        taken = set(places.values())
        ranks = {alias: rank for rank, alias in enumerate(NAMES[name].split())}
        free = [(ranks[n], index) for index, n in enumerate(names) if n in ranks and index not in taken]
        if free:
            places[name] = min(free)[1]


def _name_of_a_person(headers: list[str], places: dict[str, int]) -> None:
    """Beside a first name, a bare "name" is that of the contact and not of the company."""
    bare = next((index for index, header in enumerate(headers) if _bare(header) in ("nom", "name")), None)
    if bare is None or "first_name" not in places or "contact" in places:
        return
    if places.get("name") == bare:
        del places["name"]
    if bare not in places.values():
        places["contact"] = bare


def _by_values(headers: list[str], rows: list[Row], places: dict[str, int]) -> None:
    """What headers did not tell, values may: two columns of dates (the later one is due), one of decimals."""
    free = [index for index in range(len(headers)) if index not in places.values()]
    dates = [index for index in free if _mostly(rows, index, _is_date)]
    if dates and "due_on" not in places and "issued_on" not in places:
        dates.sort(key=lambda index: _middle(rows, index))
        places["due_on"] = dates[-1]
        if len(dates) > 1:
            places["issued_on"] = dates[0]
    if not {"open_amount", "amount", "debit", "credit"} & set(places):
        amounts = [index for index in free if index not in dates and _mostly(rows, index, _is_decimal)]
        places |= {"amount": amounts[-1]} if amounts else {}
    for name, index in _identities(
        rows, [i for i in free if i not in places.values() and i not in dates], places
    ).items():
        places[name] = index


def _identities(rows: list[Row], free: list[int], places: dict[str, int]) -> dict[str, int]:
    """The document's number is in every row another, the customer's comes back."""
    found: dict[str, int] = {}
    shares = {index: _distinct_share(rows, index) for index in free}
    if "number" not in places and "external_id" not in places:
        unique = [index for index in free if shares[index] > 0.98 and not _is_counter(rows, index)]
        found |= {"number": unique[0]} if unique else {}
    if "customer" not in places and "name" not in places:
        repeated = [index for index in free if 0 < shares[index] <= 0.98 and index not in found.values()]
        found |= {"customer": max(repeated, key=lambda index: shares[index])} if repeated else {}
    return found


def _mostly(rows: list[Row], index: int, test: Callable[[str], bool]) -> bool:
    texts = column(rows, index)
    return bool(texts) and sum(map(test, texts)) >= MOSTLY * len(texts)


def _is_date(text: str) -> bool:
    return len(text) >= 6 and (len(text) == 8 or not text.isdigit()) and _day(text) is not None


def _is_decimal(text: str) -> bool:
    try:
        amount_of(text)
    except BadValue:
        return False
    return "," in text or "." in text


def _day(text: str) -> str | None:
    for order in ("dmy", "mdy"):
        try:
            return date_of(text, order).isoformat()
        except BadValue:
            continue
    return None


def _middle(rows: list[Row], index: int) -> str:
    days = sorted(filter(None, map(_day, column(rows, index))))
    return days[len(days) // 2]


def _distinct_share(rows: list[Row], index: int) -> float:
    texts = column(rows, index)
    return len(set(texts)) / len(texts) if texts else 0.0


def _is_counter(rows: list[Row], index: int) -> bool:
    """A row number is no document."""
    texts = column(rows, index)
    if not all(text.isdigit() and len(text) < 8 for text in texts):
        return False
    numbers = list(map(int, texts))
    return numbers == sorted(numbers)


def _demand(kind: str, places: dict[str, int], headers: list[str]) -> None:
    missing = [names for names in NEEDED[Format(kind)] if not set(names) & set(places)]
    if missing:
        raise MissingColumns(
            format=kind,
            fields=missing,
            columns=", ".join(map(" / ".join, missing)),
            found=", ".join(filter(None, headers)),
            headers=headers,
            places={name: names_of(headers)[index] for name, index in places.items()},
        )


def _read_habits(found: ColumnMap, rows: list[Row], default: str) -> None:
    """How dates and amounts are written in each column, from the sample."""
    either, undecided = set(), set()
    for name in set(DATES) & set(found.places):
        texts = column(rows, found.places[name])
        met = Counter(texts)
        orders = _weighed(_order, met)
        orders.pop("", None)
        found.orders[name] = orders.most_common(1)[0][0] if orders else default
        either |= {name} if len(orders) > 1 else set()
        undecided |= {name} if not orders and any(map(YEAR_LAST.match, met)) else set()
        found.shapes[name] = dict(_weighed(_shape, met).most_common(6))
    found.either_order, found.undecided = frozenset(either), frozenset(undecided)
    proven: Counter[str] = Counter()
    for name in [name for name in AMOUNTS if name in found.places]:
        votes = _marks(column(rows, found.places[name]))
        found.marks[name] = _first(votes)
        proven += votes
        found.currency = found.currency or _currency(found.headers[found.places[name]])
    # One program wrote them all: what the amounts of a column do not prove, those of another may.
    found.marks = {name: mark or _first(proven) for name, mark in found.marks.items()}


def order_given(found: ColumnMap, order: str) -> None:
    """Read every date in the order a person says, whatever the values seem to be."""
    found.orders |= dict.fromkeys(found.orders, order)
    found.either_order, found.undecided = frozenset(), found.undecided - set(DATES)


def mark_given(found: ColumnMap, mark: str) -> None:
    """Read every amount with the decimal mark a person says."""
    found.marks |= dict.fromkeys(found.marks, mark)


def _weighed(look: Callable[[str], str], met: Counter[str]) -> Counter[str]:
    """How often each thing is seen, looking once at each text."""
    seen: Counter[str] = Counter()
    for text, times in met.items():
        seen[look(text)] += times
    return seen


def _order(text: str) -> str:
    """What a date proves of the order of day and month: nothing when both could be either."""
    match = YEAR_LAST.match(text)
    if not match:
        return ""
    first, second = int(match[1]), int(match[2])
    return "dmy" if first > 12 >= second else "mdy" if second > 12 >= first else ""


def _shape(text: str) -> str:
    return "".join("9" if sign.isdigit() else "a" if sign.isalpha() else sign for sign in text)[:20]


def _marks(texts: list[str]) -> Counter[str]:
    """How many amounts of a column prove which decimal mark; a number of a spreadsheet proves nothing of its texts."""
    votes: Counter[str] = Counter()
    written = (text for text in texts if not isinstance(text, Figure))
    for text, times in Counter(text.translate(DIGITS_ALIKE) for text in written).items():
        bare = digits_and_marks(text)
        if not WITH_MARKS.fullmatch(bare) or UNCLEAR.fullmatch(bare):
            continue
        mark = bare[max(bare.rfind(","), bare.rfind("."))]
        grouping = bare.count(mark) > 1
        votes[OTHER_MARK[mark] if grouping else mark] += times
    return votes


def _first(votes: Counter[str]) -> str:
    """The mark most amounts prove; "" where none does, so that each speaks for itself."""
    return votes.most_common(1)[0][0] if votes else ""


def _currency(header: str) -> str:
    words = header.lower().replace("_", " ").replace("(", " ").replace(")", " ").split()
    found = next((CURRENCY_IN_HEADER[word] for word in words if word in CURRENCY_IN_HEADER), "")
    return found or ("EUR" if "€" in header else "USD" if "$" in header else "")
