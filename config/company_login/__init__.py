"""Log in by a company's own login server (OpenID Connect): it says who a person is, the account was there before."""
