"""Clients prove themselves before anything is opened: they are read once per change, and what they show is burnt.

A client that is remembered is believed only as far as the store confirms it in the same statement that burns its
assertion (`confirming.py`). So a disabled client or an ended key is refused at the next request at every replica.
"""

import time
from dataclasses import dataclass
from uuid import UUID

from anyio import CapacityLimiter, to_thread

from chassis.clock import now
from chassis.runtime import Runtime
from identity.tokens import assertions
from identity.tokens.confirming import Confirming, Question, Shown, shown_by
from identity.tokens.parties import RegisteredClient, find_client
from identity.tokens.server import NOBODY, Offered, Proven

REMEMBERED = 60.0
"""Seconds: a replica of the release before may change a credential without a new version of its client."""
READERS = 4


@dataclass(frozen=True)
class Good:
    """What was offered is good. `id` is the secret or key; a public client has none."""

    id: UUID | None


class Proving:
    """Who a client is, by what it offers. One for each process."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime, self._confirming = runtime, Confirming(runtime)
        self._known: dict[str, tuple[float, RegisteredClient]] = {}  # as many as are registered at most
        self._readers = CapacityLimiter(READERS)

    async def prove(self, offered: Offered) -> Proven:
        """Shape: without a client where there is none, or what it offers is not its own, or was used before.

        Whoever fails costs one look at the store, whether the client is known or not: time does not tell.
        """
        if offered.client_id is None:
            return Proven(None, offered.method)
        held = self._remembered(offered.client_id)
        if held is not None and (credential := await self._find_good(held, offered)):
            return Proven(held, offered.method, credential.id)
        found = await to_thread.run_sync(self._read, offered.client_id, limiter=self._readers)
        if found is not None and held is not None and found.row.version == held.row.version:
            return Proven(None, offered.method)
        credential = await self._find_good(found or NOBODY, offered)
        return Proven(found, offered.method, credential.id) if credential else Proven(None, offered.method)

    def is_in_use(self, client_id: str | None) -> bool:
        """Whether an active client had this id when it was last looked for, as whoever fails is."""
        return client_id in self._known

    async def _find_good(self, client: RegisteredClient, offered: Offered) -> "Good | None":
        """What of the client's own is offered, and was not used before."""
        shown: Shown | None = None
        by: UUID | None = None
        if offered.assertion is not None:
            proof = assertions.prove(offered.assertion, client.keys, client.audiences(self._issuer), now())
            if proof is None or client is NOBODY:
                return None
            by, shown = proof.by, shown_by(client.row.id, proof.jti, proof.until)
        elif offered.method != "none":
            by = client.find_secret(offered.secret or "")
            if by is None:
                return None
        if client is NOBODY:
            return None
        good = await self._confirming.confirm(Question(client.row.id, client.row.version, shown))
        return Good(by) if good else None

    @property
    def _issuer(self) -> str:
        issuer: str = self._runtime.settings.issuer
        return issuer

    def _remembered(self, client_id: str) -> RegisteredClient | None:
        read_at, client = self._known.get(client_id, (float("-inf"), None))
        return client if time.monotonic() - read_at < REMEMBERED else None

    def _read(self, client_id: str) -> RegisteredClient | None:
        read_at = time.monotonic()
        with self._runtime.read() as session:
            client = find_client(session, client_id)
        if client is None:
            self._known.pop(client_id, None)
        else:
            self._known[client_id] = read_at, client
        return client
