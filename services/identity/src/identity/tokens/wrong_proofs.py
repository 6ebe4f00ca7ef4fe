"""Wrong proofs of clients stand in the audit, counted in memory: a write for each would be the flood itself.

Nobody who asks for a token waits for the entry, nor does time tell whether it is written, and so whether a client is
registered.
"""

from collections import Counter
from collections.abc import Sequence
from threading import Lock
from typing import Any

import structlog

from chassis.runtime import Runtime
from chassis.telemetry import described
from identity.agencies.repository import list_agencies_of_clients
from identity.audit.service import Actor, record
from identity.tokens.parties import CLIENT_ID

log = structlog.get_logger()

EVERY = 60.0
"""Seconds: one entry a client in this while, at most."""
MOST_STRANGERS = 5_000
"""Ids that are counted in a while though no client in use has them: those of disabled clients may be among them."""


class WrongProofs:
    """How often each client was claimed, and not proved. One for each process."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._counted = Counter[str]()
        self._guard = Lock()

    def count(self, client_id: str | None, *, in_use: bool) -> None:
        """Count one more. It asks nothing of the store."""
        if client_id is None or not CLIENT_ID.fullmatch(client_id):
            return
        with self._guard:
            if not in_use and client_id not in self._counted and len(self._counted) >= MOST_STRANGERS:
                return
            first = not self._counted
            self._counted[client_id] += 1
        if first:
            self._runtime.write_behind("wrong-proofs", self._write, every=EVERY).add(None)

    def _write(self, _: Sequence[Any]) -> None:
        """An entry for each of them that is registered."""
        with self._guard:
            counted, self._counted = self._counted, Counter()
        try:
            with self._runtime.read() as session:
                agencies = list_agencies_of_clients(session, counted)
            if agencies:
                with self._runtime.write() as session:
                    for client, agency in agencies.items():
                        claimed = Actor(client, client, is_person=False)
                        record(session, claimed, "proof.refused", "client", client, agency, count=counted[client])
        except Exception as broken:
            log.warning("refusals are missing in the audit", proofs=counted.total(), **described(broken))
