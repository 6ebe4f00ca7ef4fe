"""Applications in a browser reach the doors for tokens and keys from the origins that public clients register.

Nothing here goes by a cookie, so an origin alone gains nobody anything; but a page that no client is registered for has
no business here, and reads no answer. A client with a secret does not run in a browser: its origin counts for nothing.
"""

import re
import time
from urllib.parse import urlsplit

import structlog
from anyio import CapacityLimiter, to_thread
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.runtime import Runtime
from identity.models import Client

DOORS = re.compile(
    r"/oauth/(token|revoke|userinfo|jwks)|/\.well-known/(openid-configuration|oauth-authorization-server)"
)
READABLE = ("Retry-After", "WWW-Authenticate", "RateLimit", "RateLimit-Policy", "X-Request-Id")
USUAL_PORTS = {"http": ":80", "https": ":443"}
log = structlog.get_logger()


def origin_of(address: str) -> str:
    """As a browser writes it: no path, and no port where it is the usual one."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(USUAL_PORTS.get(parts.scheme, ''))}"


def list_origins(session: Session) -> frozenset[str]:
    """Where public clients that are not disabled send people back to."""
    public = select(Client.redirect_uris).where(Client.public, Client.status == "active")
    return frozenset(origin_of(address) for addresses in session.scalars(public) for address in addresses)


class CrossOrigin(CORSMiddleware):
    """Answers preflights, and lets pages of registered origins read what the doors answer."""

    def __init__(self, app: ASGIApp, runtime: Runtime) -> None:
        methods, headers = ("GET", "HEAD", "POST"), ("Authorization", "Content-Type")
        super().__init__(app, allow_methods=methods, allow_headers=headers, expose_headers=READABLE)
        self._runtime, self._known, self._read_at = runtime, frozenset[str](), float("-inf")
        self._one = CapacityLimiter(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not DOORS.fullmatch(scope["path"]):
            await self.app(scope, receive, send)
            return

        async def send_varied(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # What is kept on the way for a page of one origin is not good for another.
                if "origin" not in headers.get("vary", "").lower():
                    headers.add_vary_header("Origin")
            await send(message)

        origin = Headers(scope=scope).get("origin")
        if origin is None or not await self._is_registered(origin):
            await self.app(scope, receive, send_varied)
            return
        await super().__call__(scope, receive, send_varied)

    def is_allowed_origin(self, origin: str) -> bool:
        return origin in self._known

    async def _is_registered(self, origin: str) -> bool:
        if time.monotonic() - self._read_at >= self._runtime.settings.origins_cached:
            await to_thread.run_sync(self._read, limiter=self._one)
        return origin in self._known

    def _read(self) -> None:
        """One reads, and who waited for it finds it read. While the store is away what was known holds."""
        if time.monotonic() - self._read_at < self._runtime.settings.origins_cached:
            return
        read_at = time.monotonic()
        try:
            with self._runtime.read() as session:
                self._known = list_origins(session)
        except SQLAlchemyError:
            log.error("origins not read")
        self._read_at = read_at
