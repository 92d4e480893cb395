"""API of the integrators: closed unless a token opens it."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "crm.accounts.authentication.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    # Each endpoint names a rule per method; one that names none is closed.
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "EXCEPTION_HANDLER": "crm.core.rest.exception_handler",
    "DEFAULT_RENDERER_CLASSES": ["crm.core.rest.wire.Renderer"],
    "DEFAULT_PARSER_CLASSES": ["crm.core.rest.wire.Parser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["crm.core.rest.throttling.UserRate"],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min"},
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Acquit",
    "DESCRIPTION": "Customers, invoices, payments, suspensions, actions and night runs. Guide: docs/api.md.",
    "VERSION": "v1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "CustomerKind": "crm.customers.models.CustomerKind",
        "InvoiceKind": "crm.receivables.models.InvoiceKind",
        "CreditKind": "crm.receivables.models.CreditKind",
        "PaymentKind": ["payment", "credit_note"],
        "ActionKind": "collections_app.actions.models.ActionKind",
        "ActionState": "collections_app.actions.models.ActionState",
        "RunState": "collections_app.engine.models.RunState",
        "ActionOutcome": "collections_app.actions.labels.Outcome",
        "HoldOutcome": "crm.holds.models.HoldOutcome",
        "HoldKind": "crm.holds.models.HoldKind",
        "HoldKindPlaced": "crm.holds.models.BY_A_PERSON",
        "RemovedKind": ["customer", "invoice", "payment"],
        "Channel": "crm.customers.models.Channel",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "crm.core.rest.schema.tell_refusals",
    ],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
