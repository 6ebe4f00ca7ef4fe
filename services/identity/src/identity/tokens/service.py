"""Giving tokens, looking into them, ending them."""

from collections.abc import Callable
from dataclasses import dataclass

from anyio import CapacityLimiter, to_thread
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.limiting import Limiter
from chassis.problems import NotSignedIn
from chassis.runtime import Runtime
from identity.keys.keyring import Keyring
from identity.tokens import repository
from identity.tokens.admission import Admission, Admitted
from identity.tokens.assertions import ALGORITHMS
from identity.tokens.generator import ALGORITHM
from identity.tokens.grants import CONFIDENTIAL
from identity.tokens.openid import MEMBERS, claims_about
from identity.tokens.proving import Proving
from identity.tokens.schemas import Metadata, UserInfo
from identity.tokens.server import Answer, Asked, Server
from identity.tokens.wishes import PROMPTS
from identity.tokens.wrong_proofs import WrongProofs
from vocabulary.scopes import SCOPES

READERS, WRITERS = 6, 6
"""Threads: few, since each may hold a connection beside those of the other requests."""


@dataclass(frozen=True)
class TokenDoor:
    """What the doors for clients need of the running program.

    They have threads of their own, and wait for nothing that others wait for: not for a thread slot, and a token for a
    machine for no writer either.
    """

    runtime: Runtime
    keyring: Keyring
    admission: Admission
    reading: CapacityLimiter
    writing: CapacityLimiter


def make_token_door(runtime: Runtime, keyring: Keyring, limiter: Limiter) -> TokenDoor:
    admission = Admission(limiter, Proving(runtime), WrongProofs(runtime))
    return TokenDoor(runtime, keyring, admission, CapacityLimiter(READERS), CapacityLimiter(WRITERS))


async def issue_token(door: TokenDoor, asked: Asked) -> Answer:
    """A token for a client, a code or a refresh token.

    Refusals are answers and not exceptions: what a refused request burnt is committed all the same.
    """
    admitted = await door.admission.admit(asked)
    if ("grant_type", "client_credentials") not in asked.form:
        return await _in_thread(door, admitted, lambda server: server.answer_token(asked), writes=True)
    if admitted.refused:
        return admitted.refused
    if not door.keyring.is_fresh():
        await to_thread.run_sync(door.keyring.signer, limiter=door.reading)
    # All that it needs is at hand, and was confirmed a moment ago.
    answer = Server(None, door.runtime.settings, door.keyring, admitted.proven).answer_token(asked)
    return admitted.dress(answer)


async def introspect_token(door: TokenDoor, asked: Asked) -> Answer:
    """What a token says, or that it is not active; nothing about why."""
    admitted = await door.admission.admit(asked)
    return await _in_thread(door, admitted, lambda server: server.answer_endpoint("introspection", asked), writes=False)


async def revoke_token(door: TokenDoor, asked: Asked) -> Answer:
    """End a token before its time; a refresh token takes its session along."""
    admitted = await door.admission.admit(asked)
    return await _in_thread(door, admitted, lambda server: server.answer_endpoint("revocation", asked), writes=True)


async def _in_thread(door: TokenDoor, admitted: Admitted, work: Callable[[Server], Answer], *, writes: bool) -> Answer:
    """The answer of who is let through. Who waits for the writer keeps nobody from reading."""
    if admitted.refused:
        return admitted.refused

    def work_over_store() -> Answer:
        with door.runtime.write() if writes else door.runtime.read() as session:
            server = Server(session, door.runtime.settings, door.keyring, admitted.proven)
            return admitted.dress(work(server))

    return await to_thread.run_sync(work_over_store, limiter=door.writing if writes else door.reading)


def tell_who_signed_in(session: Session, caller: Caller) -> UserInfo:
    """Who the caller is, as far as the scopes of the token tell. Errors: NotSignedIn for a closed account."""
    user = repository.find_user(session, caller.subject)
    if user is None or user.status != "active":
        raise NotSignedIn()
    return UserInfo(**claims_about(user, caller.scopes))


def show_metadata(issuer: str) -> Metadata:
    """Where everything is (RFC 8414, OpenID Connect Discovery)."""
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
        userinfo_endpoint=f"{issuer}/oauth/userinfo",
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=[ALGORITHM],
        claims_supported=["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid", *MEMBERS[1:]],
        prompt_values_supported=[*PROMPTS],
        claims_parameter_supported=False,
        request_parameter_supported=False,
        request_uri_parameter_supported=False,
        authorization_response_iss_parameter_supported=True,
        service_documentation=f"{issuer}/openapi.json",
    )
