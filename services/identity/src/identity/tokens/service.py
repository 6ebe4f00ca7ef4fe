"""Giving tokens, looking into them, ending them."""

from chassis.runtime import Runtime
from identity.keys.keyring import Keyring
from identity.tokens.assertions import ALGORITHMS
from identity.tokens.grants import CONFIDENTIAL
from identity.tokens.schemas import Metadata
from identity.tokens.server import Answer, Asked, Server
from vocabulary.scopes import SCOPES


def issue_token(runtime: Runtime, keyring: Keyring, asked: Asked) -> Answer:
    """A token for a client, a code or a refresh token.

    Refusals are answers and not exceptions: what a refused request burnt is committed all the same.
    """
    machine = ("grant_type", "client_credentials") in asked.form  # writes nothing, so it waits for no writer
    with runtime.read() if machine and not _asserts(asked) else runtime.write() as session:
        return Server(session, runtime.settings, keyring).answer_token(asked)


def introspect_token(runtime: Runtime, keyring: Keyring, asked: Asked) -> Answer:
    """What a token says, or that it is not active; nothing about why."""
    with runtime.write() if _asserts(asked) else runtime.read() as session:
        return Server(session, runtime.settings, keyring).answer_endpoint("introspection", asked)


def revoke_token(runtime: Runtime, keyring: Keyring, asked: Asked) -> Answer:
    """End a token before its time; a refresh token takes its session along."""
    with runtime.write() as session:
        return Server(session, runtime.settings, keyring).answer_endpoint("revocation", asked)


def show_metadata(issuer: str) -> Metadata:
    """Where everything is (RFC 8414)."""
    return Metadata(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/oauth/authorize",
        token_endpoint=f"{issuer}/oauth/token",
        jwks_uri=f"{issuer}/oauth/jwks",
        revocation_endpoint=f"{issuer}/oauth/revoke",
        introspection_endpoint=f"{issuer}/oauth/introspect",
        scopes_supported=sorted(SCOPES),
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=["authorization_code", "client_credentials", "refresh_token"],
        token_endpoint_auth_methods_supported=[*CONFIDENTIAL, "none"],
        revocation_endpoint_auth_methods_supported=[*CONFIDENTIAL, "none"],
        introspection_endpoint_auth_methods_supported=CONFIDENTIAL,
        token_endpoint_auth_signing_alg_values_supported=ALGORITHMS,
        revocation_endpoint_auth_signing_alg_values_supported=ALGORITHMS,
        introspection_endpoint_auth_signing_alg_values_supported=ALGORITHMS,
        code_challenge_methods_supported=["S256"],
        authorization_response_iss_parameter_supported=True,
        service_documentation=f"{issuer}/openapi.json",
    )


def _asserts(asked: Asked) -> bool:
    """Whether the client proves itself by an assertion: that it was used is written down."""
    return any(name == "client_assertion" for name, _ in asked.form)
