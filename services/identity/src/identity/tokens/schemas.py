from typing import Any

from chassis.schemas import Schema


class TokenAnswer(Schema):
    """RFC 6749 §5.1. Shape: `refresh_token` for people only; `scope` is what was granted, maybe less than asked."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str
    refresh_token: str | None = None


class OAuthFault(Schema):
    """RFC 6749 §5.2."""

    error: str
    error_description: str | None = None


class Metadata(Schema):
    """RFC 8414: where this authorization server's endpoints are, and what they offer."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    revocation_endpoint: str
    introspection_endpoint: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    response_modes_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    introspection_endpoint_auth_methods_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: list[str]
    revocation_endpoint_auth_signing_alg_values_supported: list[str]
    introspection_endpoint_auth_signing_alg_values_supported: list[str]
    code_challenge_methods_supported: list[str]
    authorization_response_iss_parameter_supported: bool
    service_documentation: str


def form_of(required: str, **fields: str) -> dict[str, Any]:
    """How a form stands in the OpenAPI document; it is parsed by hand, since OAuth says its own errors."""
    properties = {
        name: {"type": "string", "pattern": "^[ -~]{0,2000}$", "description": text} for name, text in fields.items()
    }
    schema = {"type": "object", "properties": properties, "required": [required], "additionalProperties": False}
    return {"requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}}
