"""Who gets in: by password or a company's own login server (OpenID Connect), then the second factor of who has one.

Accounts are made by administrators only; the servers are registered in the settings (config/company_login).
"""

from config.settings.base import ENVIRONMENT
from config.settings.security import TRUST_PROXY

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if ENVIRONMENT == "test":
    # A slow hash protects passwords that leak; those of the tests are public.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

GUARDIAN_MONKEY_PATCH_USER = False
# No row stands for a visitor who did not log in.
ANONYMOUS_USER_NAME = None

# Attempts are counted by caller: behind a proxy the caller is the address before last.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TRUST_PROXY else 0
ACCOUNT_ADAPTER = "config.login.ClosedAccountAdapter"
SOCIALACCOUNT_ADAPTER = "config.company_login.adapter.CompanyLoginAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Nobody registers here: an address without an account is written to by nobody.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
