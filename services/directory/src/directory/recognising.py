"""Who a caller is by the directory: the sector of their service, and the roles that it may hold.

A token says that somebody is an analyst. That reaches every family, so it is not enough that a token says it: the
service must be that agency's, and of a sector whose people may hold the role. Example: an analyst of the health trust
has no role and no scope here. Which sectors those are is the vocabulary's; a program hands it in.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from anyio import to_thread

from chassis.auth import Caller
from chassis.runtime import Runtime
from directory.repository import find_standings

FRESH = 5.0
"""Seconds for which what was read of the services is believed. They change a few times a year."""

Recognise = Callable[[Caller], Awaitable[Caller]]
MayHold = Callable[[str, str | None], bool]
ListRights = Callable[[frozenset[str]], frozenset[str]]


def recognise_by(may_hold: MayHold, list_rights: ListRights) -> Callable[[Runtime], Recognise]:
    """For `Program.recognise`. Shape: `may_hold` tells of a role and a sector; `list_rights` the scopes of roles."""

    def for_runtime(runtime: Runtime) -> Recognise:
        services = _Services(runtime)

        async def recognise(caller: Caller) -> Caller:
            sector = await services.find_sector(caller.service, caller.agency)
            kept = frozenset(role for role in caller.roles if may_hold(role, sector))
            # A scope that another of their roles gives as well stays.
            lost = list_rights(caller.roles - kept) - list_rights(kept)
            return replace(caller, sector=sector, roles=kept, scopes=caller.scopes - lost)

        return recognise

    return for_runtime


class _Services:
    """The services as the directory knows them, read anew every few seconds, and at once for one that is not there."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._held: dict[str, tuple[str, str]] = {}
        self._until = 0.0

    async def find_sector(self, service: str, agency: str) -> str | None:
        """The sector of a service of this agency; None where there is no such service, or it is another's."""
        if time.monotonic() > self._until or self._held.get(service, ("",))[0] != agency:
            self._held = await to_thread.run_sync(self._read)
            self._until = time.monotonic() + FRESH
        owner, sector = self._held.get(service, (None, None))
        return sector if owner == agency else None

    def _read(self) -> dict[str, tuple[str, str]]:
        with self._runtime.read() as session:
            return find_standings(session)
