"""`./acquit`: from a fresh clone to running servers, with the standard library alone."""
