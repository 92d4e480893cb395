"""What the OpenAPI schema says of every operation alike: the refusals, in their shapes, and how many rows are taken."""

from typing import Any

from crm.core.rest.bulk import MOST_ROWS

DETAIL = {
    "type": "object",
    "properties": {"detail": {"type": "string", "description": "Why, in the language of Accept-Language."}},
    "required": ["detail"],
}
FIELDS = {
    "type": "object",
    "description": "The names at fault, each with what is wrong; or `detail` alone.",
    "additionalProperties": {},
}
REFUSALS = {
    "400": ("Fields", "The question or the body is not well formed."),
    "401": ("Refusal", "No token, or one that is unknown, expired or revoked."),
    "403": ("Refusal", "The role does not allow it."),
    "404": ("Refusal", "Unknown, or beyond what the token opens."),
    "429": ("Refusal", "Too many requests: again after Retry-After seconds."),
    "500": ("Refusal", "A fault of Acquit, written down there."),
    "503": ("Refusal", "Others write the same: nothing was written, again after Retry-After seconds."),
}
OF_A_BODY = {
    "413": ("Refusal", "The body is too large."),
    "422": ("Refusal", "Understood, and refused."),
}
OF_WHAT_CHANGED = {
    "410": ("Refusal", "This `changed_since` leads nowhere any more: read the whole list again."),
}
AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}


def tell_refusals(result: dict[str, Any], **_told: Any) -> dict[str, Any]:
    """Called by drf-spectacular with the schema; what an operation says of itself stays."""
    schemas = result["components"]["schemas"]
    schemas |= {"Refusal": DETAIL, "Fields": FIELDS}
    for name, schema in schemas.items():
        if name.endswith("BulkRequest"):
            schema["properties"]["rows"] |= {"minItems": 1, "maxItems": MOST_ROWS}
    for methods in result["paths"].values():
        for operation in methods.values():
            refusals = REFUSALS | (OF_A_BODY if "requestBody" in operation else {})
            if any(each["name"] == "changed_since" for each in operation.get("parameters", ())):
                refusals |= OF_WHAT_CHANGED
            told = operation["responses"]
            told |= {code: _response(code, *refusals[code]) for code in refusals if code not in told}
    return result


def _response(code: str, shape: str, description: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{shape}"}}}
    after = {"headers": AFTER} if code in ("429", "503") else {}
    return {"description": description, "content": content, **after}
