"""What a person is asked of a file that can be read but may not be what he thinks: an outcome notes it, and where
nobody confirms it nothing is written."""

import re

from crm.imports.errors import AccountsAsNames, OtherCompany
from crm.imports.outcome import Job, Options, Outcome
from crm.imports.staging import answer

# A FEC is called SirenFECAAAAMMJJ (A47 A-1 of the book of tax procedures).
SIREN_OF_A_FEC = re.compile(r"(\d{9})[ _-]?FEC", re.IGNORECASE)


def siren_of(file_name: str) -> str:
    """The SIREN the name of a FEC begins with, "" where it is called otherwise."""
    match = SIREN_OF_A_FEC.match(file_name)
    return match[1] if match else ""


def ask_for_names(job: Job, outcome: Outcome) -> None:
    """Note when all new customers of a file are called by their accounts, though those are no names."""
    if outcome.changes.get("customers_new"):
        found = answer("names_missing", {"batch": job.batch_id})
        outcome.changes |= {"accounts_as_names": found[0]} if found else {}


def ask_whose(job: Job, outcome: Outcome) -> None:
    """Note when the name of a FEC says another SIREN than the entity has."""
    siren, own = siren_of(job.file_name), job.entity.siren
    if siren and own and siren != own:
        outcome.changes["other_company"] = {"siren": siren, "entity": job.entity.legal_name, "own": own}


def refuse_unconfirmed(outcome: Outcome, options: Options) -> None:
    """Raises AccountsAsNames or OtherCompany where nobody said that it is meant so."""
    if (other := outcome.changes.get("other_company")) and not options.siren_confirmed:
        raise OtherCompany(**other)
    if (called := outcome.changes.get("accounts_as_names")) and not options.names_confirmed:
        raise AccountsAsNames(**called)
