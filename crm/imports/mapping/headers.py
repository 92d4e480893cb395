"""What the headers of columns say: known names in French and English, and the currency they end with."""

import re
from collections.abc import Callable
from itertools import chain, count

from crm.core.currencies import AS_WRITTEN, AT_HOME
from crm.imports.formats.rows import plain
from crm.imports.models import Format

# Earlier names are the better ones: where two columns could be a field, the one named first is taken.
NAMES = {
    "customer": "customerid customernumber custnumber codeclient numclient numeroclient noclient nclient idclient "
    "clientid compteclient codetiers comptetiers tiers compauxnum compteauxiliaire accountnumber debtornumber debtor "
    "kunnr customercode accountid customeraccount compteduclient codeduclient numeroduclient nduclient "
    "accountofthecustomer numerocompte numerodecompte compte account customer client debiteur code",
    "name": "namecustomer customername nomclient nomduclient nameofthecustomer raisonsociale raisonsocialeclient "
    "raisonsocialeduclient denominationsociale nomdutiers nomtiers libelletiers compauxlib intitule societe company "
    "companyname denomination clientname clientnom name nom libelleclient client customer",
    "external_id": "externalid identifiant identifiantexterne uid identifiantencomptabilite identifierinthebooks",
    "number": "docid invoicenumber invoiceno numfacture numerofacture nofacture nfacture facture invoice invoiceid "
    "documentnumber docnumber docno numeropiece numpiece nopiece npiece piece pieceref numerodocument document "
    "referencefacture numerodelapiece numberofthedocument reference ref numero number belnr ndoc numdoc nodoc "
    "numerodoc",
    "issued_on": "invoicedate datefacture datedefacture documentdate datedocument datepiece datedepiece dateemission "
    "issuedate issuedon postingdate documentcreatedate datedelapiece dateofthedocument dateecriture ecrituredate "
    "datecomptable date bldat baselinecreatedate emission emise emisele",
    "due_on": "dueindate duedate dueon dateecheance datedecheance echeance due netduedate datelimite paymentdue "
    "dateexigibilite",
    "cleared_on": "cleardate clearingdate clearedon datelettrage datedelettrage datesolde soldele paidon paiddate "
    "datepaiement",
    "open_amount": "openamount totalopenamount amountopen outstanding outstandingamount restantdu resteapayer restedu "
    "montantrestant montantdu soldedu solde balance amountdue balancedue remaining remainingamount montantouvert "
    "encours soldettc reste resteouvert reliquat",
    "amount": "amount invoiceamount totalamount montantttc montantfacture montanttotal totalttc montant total ttc "
    "amountttc convertedusd montantinitial originalamount montanteur dmbtr grossamount",
    "debit": "debit",
    "credit": "credit",
    "currency": "currency invoicecurrency devise currencycode codedevise idevise monnaie waers",
    "type": "documenttype doctype typepiece typedocument typedepiece naturedelapiece naturedepiece kindofdocument "
    "nature type blart typefacture",
    "label": "label libelle description objet designation text texte ecriturelib motif",
    "email": "email mail mel courriel adressemail adresseemail emailaddress emailclient contactemail",
    "phone": "phone telephone tel phonenumber mobile telephonefixe portable numerotelephone",
    "first_name": "prenom firstname givenname prenomcontact prenomducontact contactfirstname firstnameofthecontact",
    "contact": "contact contactname nomcontact interlocuteur nomducontact lastname surname familyname nomdefamille "
    "contactlastname nomprenom nometprenom",
    "position": "fonction position jobtitle",
    "street": "street address adresse rue adresse1 address1 adressepostale",
    "postcode": "postcode zip zipcode codepostal cp postalcode",
    "city": "city ville localite town",
    "country": "country pays countrycode codepays",
    "siren": "siren",
    "siret": "siret nsiret numerosiret",
    "vat_number": "vatnumber vat tva numtva numerotva tvaintracommunautaire numtvaintra ntva ndetva",
    "language": "language langue",
    "category": "category categorie famille segment",
    "kind": "kind kindofcustomer customertype typeclient customerkind clienttype natureclient natureduclient "
    "typedeclient typetiers typedetiers naturetiers naturejuridique nature type typologie typologieclient profil "
    "profilclient",
    "paid_on": "paymentdate datereglement datedereglement datepaiement datedepaiement paidon receivedon valuedate "
    "datevaleur dateencaissement reglele date",
    "reference": "paymentreference paymentid referencereglement referencepaiement numeroreglement idreglement "
    "transactionid reference ref libelle label",
    "invoice_number": "invoicenumber numfacture numerofacture facturereglee invoiceitpays facture invoice nfacture "
    "referencefacture docid piece",
}
# Beside documents these say what a document is, unless the values are natures of customers.
OF_EITHER = frozenset("kind nature type typologie profil".split())
FIELDS = {
    Format.OPEN_ITEMS: "customer name external_id number issued_on due_on cleared_on open_amount amount debit credit "
    "currency type label kind email phone",
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
CURRENCIES = {*"usd eur gbp chf cad xof xaf tnd mad dzd".split(), *(name.lower() for name in (*AS_WRITTEN, *AT_HOME))}
CURRENCY_SIGNS = sorted(name for name in CURRENCIES if not name.isalpha())
CURRENCY_ENDING = re.compile(f"(?:{'|'.join(sorted(CURRENCIES.difference(CURRENCY_SIGNS)))})$")


def known_names(name: str, kind: str) -> list[str]:
    """The plain headers a field is known by in a list of a format, the better ones first."""
    known = NAMES[name].split()
    of_either = OF_EITHER if (name, kind) == ("kind", Format.OPEN_ITEMS) else frozenset()
    return [alias for alias in known if alias not in of_either]


def names_of(headers: list[str]) -> list[str]:
    """One name for each column, by which a person chooses it: its header, with its rank where an earlier one is alike;
    its place (#3) where it has none."""
    names: dict[str, None] = {}
    for place, header in enumerate(headers, 1):
        alike = (f"{header} ({rank})" for rank in count(2))
        names[next(name for name in chain([header or f"#{place}"], alike) if name not in names)] = None
    return list(names)


def bare(header: str) -> str:
    """A plain header without the currency it ends with: amount_usd, Montant (€), Solde EUR."""
    name = plain(header)
    return name if name in KNOWN_HEADERS else CURRENCY_ENDING.sub("", name)


def _named_among(headers: list[str]) -> Callable[..., bool]:
    """Whether a field has one of its usual headers, but for those in `skip`."""
    names = {bare(header) for header in headers}

    def has(name: str, skip: str = "") -> bool:
        return bool(names & (set(NAMES[name].split()) - set(skip.split())))

    return has


def may_be_payments(headers: list[str]) -> bool:
    """Customer, date, amount, invoice: what was invoiced or what was paid."""
    has = _named_among(headers)
    told = any(map(has, ("due_on", "open_amount", "type"))) or has("issued_on", "date") or has("paid_on", "date")
    return not told and all(map(has, ("amount", "paid_on", "invoice_number")))


def format_of(headers: list[str]) -> str:
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


def currency_of_header(header: str) -> str:
    """What the header of amounts says of their currency, in its words; "" for nothing."""
    words = header.lower().replace("_", " ").replace("(", " ").replace(")", " ").split()
    found = next((word for word in words if word in CURRENCIES), "")
    return found.upper() or next((sign for sign in CURRENCY_SIGNS if sign in header), "")
