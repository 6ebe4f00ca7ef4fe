"""Composition root: the one file that knows every room."""

from chassis.keys import JwksOverHttp
from chassis.program import Program
from chassis.runtime import Runtime
from identity.agencies import routes as agencies
from identity.areas import routes as areas
from identity.audit import routes as audit
from identity.clients import routes as clients
from identity.context import furnish
from identity.events import (
    AreaRegistered,
    ClientChanged,
    KeyRotated,
    ServiceRegistered,
    TokenRevoked,
    UserChanged,
    UserRegistered,
)
from identity.keys import routes as keys
from identity.models import Base
from identity.roles import routes as roles
from identity.settings import IdentitySettings
from identity.sign_in import routes as sign_in
from identity.sign_in.worker import Sweeper
from identity.tokens import routes as tokens
from identity.users import routes as users
from identity.whoami import routes as whoami


def prepare(runtime: Runtime) -> None:
    """identity checks tokens by its own keys, read from its store; keys that were handed in by hand stay."""
    keyring = furnish(runtime)
    if isinstance(runtime.keys, JwksOverHttp):
        runtime.keys = keyring


program = Program(
    name="identity",
    title="identity: agencies, clients, people, tokens",
    settings=IdentitySettings,
    base=Base,
    routers=[
        agencies.router,
        areas.router,
        clients.router,
        users.router,
        roles.router,
        audit.router,
        keys.router,
        tokens.router,
        sign_in.router,
        whoami.router,
    ],
    workers=[Sweeper()],
    events=[ClientChanged, TokenRevoked, KeyRotated, AreaRegistered, ServiceRegistered, UserRegistered, UserChanged],
    open_routes=frozenset(
        {
            "/oauth/token",
            "/oauth/authorize",
            "/oauth/revoke",
            "/oauth/introspect",
            "/oauth/jwks",
            "/.well-known/oauth-authorization-server",
        }
    ),
    prepare=prepare,
)
