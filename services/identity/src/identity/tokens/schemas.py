from typing import Any

from chassis.schemas import Schema


class TokenAnswer(Schema):
    """RFC 6749 §5.1. Shape: `refresh_token` for people only; `scope` is what was granted, maybe less than asked;
    `id_token` where `openid` was."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str
    refresh_token: str | None = None
    id_token: str | None = None


class UserInfo(Schema):
    """Who signed in. Shape: what the scopes of the token tell: `name` for `profile`, `email` for `email`."""

    sub: str
    name: str | None = None
    email: str | None = None


class Metadata(Schema):
    """Where this authorization server's endpoints are, and what they offer: RFC 8414 and OpenID Connect Discovery."""

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
    userinfo_endpoint: str
    subject_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]
    claims_supported: list[str]
    prompt_values_supported: list[str]
    claims_parameter_supported: bool
    request_parameter_supported: bool
    request_uri_parameter_supported: bool
    authorization_response_iss_parameter_supported: bool
    service_documentation: str


def form_of(required: str, **fields: str) -> dict[str, Any]:
    """How a form stands in the OpenAPI document; it is parsed by hand, since OAuth says its own errors."""
    properties = {
        name: {"type": "string", "pattern": "^[ -~]{0,2000}$", "description": text} for name, text in fields.items()
    }
    schema = {"type": "object", "properties": properties, "required": [required], "additionalProperties": False}
    return {"requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}}
