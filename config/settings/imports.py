"""What an import takes: the size of a file, the accounts of a FEC."""

from config import env

IMPORT_MAX_MB = env.integer("IMPORT_MAX_MB", 600, least=1)
# Beginnings of account numbers: whose lines become customers, and which are told and left.
FEC_RECEIVABLE_ACCOUNTS = env.names("FEC_RECEIVABLE_ACCOUNTS", "411")
FEC_REPORTED_ACCOUNTS = env.names("FEC_REPORTED_ACCOUNTS", "413,416,419")
