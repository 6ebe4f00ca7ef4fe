"""Clients and people as Authlib asks about them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from authlib.oauth2.rfc6749 import ClientMixin
from sqlalchemy.orm import Session, object_session

from identity.agencies import repository as agencies
from identity.clients import repository as clients
from identity.clients.secrets import find_match
from identity.deputies.service import ActingRoles, acting_roles_of
from identity.models import Client, Credential, SignInSession, User
from identity.roles.catalogue import purposes_of, scopes_of
from vocabulary.scopes import OPENID

CLIENT_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")
"""As registered; anything else is nobody's, and some of it the store could not even look for."""

SCOPE = re.compile(r"[!#-\[\]-~]+( [!#-\[\]-~]+)*")
"""RFC 6749 §3.3."""


class RegisteredClient(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """A registered client, as it was when it was read. Shape: `standing` is its service's code and its agency's."""

    def __init__(self, row: Client, credentials: Sequence[Credential], standing: tuple[str, str]) -> None:
        self.row, self.standing = row, standing
        self.secrets = [(held.id, held.digest) for held in credentials if held.kind == "secret"]
        self.keys = [(held.id, held.public) for held in credentials if held.kind == "key" and held.public]

    def get_client_id(self) -> str:
        return self.row.client_id

    def get_default_redirect_uri(self) -> None:
        """None: the address is always given and always compared."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """All that the client may ask for when it asks for nothing, but who signed in; None when it asks for more.

        People's scopes are narrowed again by their roles, so a request for them is cut and not refused.
        """
        if not scope:
            return " ".join(name for name in self.row.scopes if name not in OPENID)
        if not SCOPE.fullmatch(scope):
            return None
        asked = scope.split()
        kept = [name for name in dict.fromkeys(asked) if name in self.row.scopes]
        acts_for_itself = "client_credentials" in self.row.grants
        # Who asked for an ID token must not take an answer without one for a smaller grant.
        misses = "openid" in asked and "openid" not in kept
        return None if not kept or misses or (acts_for_itself and set(asked) - set(kept)) else " ".join(kept)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.row.redirect_uris

    def find_secret(self, secret: str) -> UUID | None:
        """Which of its secrets this is."""
        found = find_match(secret, [digest for _, digest in self.secrets])
        return None if found is None else self.secrets[found][0]

    def audiences(self, issuer: str) -> tuple[str, ...]:
        """Whom its assertions may name: the issuer, and the token endpoint where it is registered so."""
        return (issuer, f"{issuer}/oauth/token") if self.row.assertion_audience == "token_endpoint" else (issuer,)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method == "none") == self.row.public

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and "authorization_code" in self.row.grants

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.row.grants


@dataclass(frozen=True)
class Person:
    """A person, in the session from which tokens come; before a code is exchanged there is none yet."""

    user: User
    session: SignInSession | None = None

    def get_user_id(self) -> str:
        return str(self.user.id)

    @property
    def store(self) -> Session:
        session = object_session(self.user)
        assert session is not None, "A person is asked about in the session that found them"
        return session

    @property
    def acting(self) -> ActingRoles:
        """Their roles, without those that their service may not hold, and an officer's for whom they deputise today."""
        return acting_roles_of(self.store, self.user)

    def narrowed(self, scope: str) -> str:
        """What of this scope the person's roles give; who they are, whoever signs in has told by that."""
        allowed = OPENID.union(scopes_of(self.acting.roles))
        return " ".join(name for name in scope.split() if name in allowed)


@dataclass(frozen=True)
class CallerStanding:
    """What a token says of its subject beside who it is."""

    agency: str
    service: str
    roles: list[str]
    areas: list[str]
    purposes: list[str]
    session: UUID | None
    signed_in_at: datetime | None
    deputy_for: UUID | None = None


def find_client(session: Session, client_id: str) -> RegisteredClient | None:
    """A client that is not disabled."""
    row = clients.find_client(session, client_id) if CLIENT_ID.fullmatch(client_id) else None
    if row is None or row.status != "active":
        return None
    credentials = clients.list_credentials(session, [row.id])
    return RegisteredClient(row, credentials, agencies.get_standing(session, row.service_id))


def standing_of(client: RegisteredClient, person: Person | None) -> CallerStanding:
    if person is None:
        service, agency = client.standing
        return CallerStanding(agency, service, [], [], client.row.purposes, None, None)
    user, held = person.user, person.session
    service, agency = agencies.get_standing(person.store, user.service_id)
    acting = person.acting
    return CallerStanding(
        agency,
        service,
        acting.roles,
        user.areas,
        purposes_of(acting.roles),
        held.id if held else None,
        held.signed_in_at if held else None,
        acting.deputy_for,
    )
