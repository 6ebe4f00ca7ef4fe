"""The five programs as strangers meet them: on loopback, checking tokens by identity's own keys, each with its log."""

import io
import json
import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.cli import load
from chassis.keys import JwksOverHttp
from chassis.telemetry import set_up_logging
from fixtures.stack import Programs, Running
from fixtures.tokens import AUDIENCE, ISSUER
from identity.areas.schemas import AreaRequest
from identity.areas.service import register_area
from identity.audit.service import PLATFORM
from identity.bootstrap import bootstrap
from identity.roles.catalogue import scopes_of
from vocabulary.programs import PROGRAMS as DECLARED
from vocabulary.roles import ROLES
from vocabulary.scopes import SCOPES

PROGRAMS = tuple(DECLARED)
NOWHERE = "http://127.0.0.1:9"
AREA = "thornbury"


class Platform:
    """All programs, and the pen that signs their tokens.

    Shape: `log` is what all of them have written; `running` gives each by name.
    """

    def __init__(self, programs: Programs, log: io.StringIO) -> None:
        self.log, self._programs, self.footing = log, programs, programs.footing
        self.running: dict[str, Running] = {}
        # An address of keys, never asked: identity takes its own keys, as it does when it runs for real.
        cheap = {"argon2_passes": 1, "argon2_memory": 64}
        self._start(programs, "identity", JwksOverHttp(NOWHERE), **cheap)
        bootstrap(self.running["identity"].runtime)
        for name in PROGRAMS[1:]:
            self._start(programs, name, JwksOverHttp(f"{self['identity'].url}/oauth/jwks"))
        with self["identity"].runtime.write() as session:
            register_area(session, PLATFORM, AreaRequest(code=AREA, name="Thornbury"))
        self.carry("identity", "families")  # a push is refused until families has heard of its area
        self.kid, self.key = self._signer()
        self.public = self["identity"].client.get("/oauth/jwks").json()["keys"][0]
        self.scopes = sorted(
            {
                *SCOPES,
                *scopes_of(ROLES),
                *(f"push:{feed['feed']}" for feed in self["families"].client.get("/v1/feeds").json()["items"]),
            }
        )

    def __getitem__(self, name: str) -> Running:
        return self.running[name]

    def claims(self, subject: str = "ana", **other: Any) -> dict[str, Any]:
        """What a token says of somebody who may do everything."""
        now = int(time.time())
        return {
            "iss": ISSUER,
            "sub": subject,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + 6 * 3600,
            "jti": f"{subject}-{now}",
            "client_id": "portal",
            "scope": " ".join(self.scopes),
            "agency": "thornbury-council",
            "service": "programme",
            "roles": sorted(ROLES),
            "areas": [AREA],
            "purposes": ["identify"],
        } | other

    def signed(
        self, claims: dict[str, Any] | None = None, header: dict[str, Any] | None = None, key: ECKey | None = None
    ) -> str:
        """A token, signed by identity's key unless told otherwise. A header's member that is None is left out."""
        stated = {"alg": "ES256", "typ": "at+jwt", "kid": self.kid} | (header or {})
        stated = {name: value for name, value in stated.items() if value is not None}
        return jwt.encode(stated, claims or self.claims(), key or self.key, algorithms=["ES256"])

    def lines_from(self, begun: int = 0) -> list[dict[str, Any]]:
        """The log from that length on, line by line."""
        return [json.loads(line) for line in self.log.getvalue()[begun:].splitlines()]

    def carry(self, *names: str) -> None:
        """Have these programs hear what they have told each other so far."""
        self._programs.deliver(*(self[name] for name in names))

    def another(self, name: str, **settings: Any) -> Running:
        """A further one of these programs, with settings of its own, before the same others."""
        keys = JwksOverHttp(f"{self['identity'].url}/oauth/jwks")
        known = {f"{other}_url": running.url for other, running in self.running.items() if other != name}
        return self._programs.start(load(name), keys=keys, **(known | settings))

    def _start(self, programs: Programs, name: str, keys: JwksOverHttp, **settings: Any) -> None:
        known = {f"{other}_url": running.url for other, running in self.running.items()}
        self.running[name] = programs.start(load(name), keys=keys, **(known | settings))

    def _signer(self) -> tuple[str, ECKey]:
        kid, key = self["identity"].runtime.state["keyring"].signer()
        return kid, key


@contextmanager
def logging_to(stream: io.StringIO) -> Iterator[None]:
    """Have the programs log there, as they log when they run for real, debug lines too; then as before."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers, root.level
    set_up_logging("hostile", "debug")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(stream))
    try:
        yield
    finally:
        structlog.configure(**before)
        root.handlers = handlers
        root.setLevel(level)
        structlog.contextvars.clear_contextvars()


def headers_of(token: str, more: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} | dict(more)
