"""Composition root: the one file that knows every room."""

from fastapi import FastAPI

from chassis.keys import JwksOverHttp
from chassis.limiting import Limit, Limiter
from chassis.program import Program
from chassis.revocations import PATH
from chassis.runtime import Runtime
from identity.agencies import routes as agencies
from identity.approvals import routes as approvals
from identity.areas import routes as areas
from identity.audit import routes as audit
from identity.clients import routes as clients
from identity.context import furnish, make_own_revocations
from identity.cross_origin import CrossOrigin
from identity.deputies import routes as deputies
from identity.events import (
    AreaRegistered,
    ClientChanged,
    HeadSigned,
    KeyRotated,
    ServiceRegistered,
    SponsorEnded,
    SponsorNamed,
    TokenRevoked,
    UserChanged,
    UserRegistered,
)
from identity.keys import routes as keys
from identity.log import LOG
from identity.me import routes as me
from identity.models import Base
from identity.revocations import routes as revocations
from identity.roles import routes as roles
from identity.settings import LIMITS, IdentitySettings
from identity.sign_in import routes as sign_in
from identity.sign_in.refusals import DIALECT
from identity.sign_in.service import Door
from identity.sign_in.worker import Sweeper
from identity.sponsors import routes as sponsors
from identity.tokens import routes as tokens
from identity.tokens.service import make_token_door
from identity.users import routes as users
from identity.whoami import routes as whoami
from transparency.checking import Checker
from transparency.routes import HEALTH, add_health, make_router
from transparency.sequencer import Sequencer


def prepare(runtime: Runtime) -> None:
    """identity checks tokens by its own keys and revocations, read from its store; keys handed in by hand stay."""
    keyring = furnish(runtime)
    limiter = Limiter(*(Limit(name, getattr(runtime.settings, name)) for name in LIMITS))
    runtime.state["token_door"] = make_token_door(runtime, keyring, limiter)
    wrapping, passwords = runtime.state["key_wrapping"], runtime.state["passwords"]
    runtime.state["sign_in_door"] = Door(runtime, keyring, wrapping, passwords, limiter)
    if isinstance(runtime.keys, JwksOverHttp):
        runtime.keys = keyring
        runtime.revocations = make_own_revocations(runtime)


def set_up(app: FastAPI, runtime: Runtime) -> None:
    """The log's health, and what browsers ask for before they let a page of another origin read an answer."""
    add_health(app, runtime, log=LOG)
    app.add_middleware(CrossOrigin, runtime=runtime)


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
        me.router,
        roles.router,
        deputies.router,
        sponsors.router,
        approvals.router,
        audit.router,
        keys.router,
        tokens.router,
        revocations.router,
        sign_in.router,
        whoami.router,
        make_router(LOG),
    ],
    workers=[Sweeper(), Sequencer(LOG), Checker(LOG)],
    events=[
        ClientChanged,
        TokenRevoked,
        KeyRotated,
        AreaRegistered,
        ServiceRegistered,
        UserRegistered,
        UserChanged,
        HeadSigned,
        SponsorNamed,
        SponsorEnded,
    ],
    open_routes=frozenset(
        {
            "/oauth/token",
            "/oauth/authorize",
            "/oauth/revoke",
            "/oauth/introspect",
            "/oauth/jwks",
            PATH,
            "/.well-known/oauth-authorization-server",
            "/.well-known/openid-configuration",
            HEALTH,
        }
    ),
    dialect=DIALECT,
    setup=set_up,
    prepare=prepare,
)
