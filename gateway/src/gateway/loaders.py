"""One batched request a program and level: what many fields ask for at once is asked for once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from uuid import UUID

from strawberry.dataloader import DataLoader

from gateway.clients.claims import Claims
from gateway.clients.consent import Consent
from gateway.clients.families import Families
from gateway.clients.identity import Identity
from gateway.wire import Row

IDS_A_CALL = 500

Lookup: TypeAlias = Callable[[Sequence[UUID]], Awaitable[list[Row]]]
OneLoader: TypeAlias = DataLoader[UUID, Row | None]
ManyLoader: TypeAlias = DataLoader[UUID, list[Row]]


@dataclass(frozen=True)
class Services:
    """The four programs for one request and purpose."""

    identity: Identity
    families: Families
    consent: Consent
    claims: Claims


class Loaders:
    """Shape: lives as long as one request; `as_at` is the day as at which families are shown, None is now."""

    def __init__(self, services: Services, as_at: date | None) -> None:
        self.services, self.as_at = services, as_at
        families, claims = services.families, services.claims
        self.person = one(families.lookup_people)
        self.facts = many(families.lookup_facts, by="person", under="facts")
        self.consents = many(services.consent.lookup_consents, by="person", under="consents")
        self.notices = many(services.consent.lookup_notices, by="person", under="notices")
        self.claims = many(claims.lookup_claims, by="family", under="claims")
        self.family = one(lambda ids: families.lookup_families(ids, as_at))
        self.eligibility = one(lambda ids: claims.lookup_eligibility(ids, as_at), by="family")
        self.progress = one(lambda ids: claims.lookup_progress(ids, as_at), by="family")

    def forget(self) -> None:
        for loader in vars(self).values():
            if isinstance(loader, DataLoader):
                loader.clear_all()


def one(lookup: Lookup, by: str = "id") -> OneLoader:
    """Loads one row an id; None when it is out of the caller's reach or never was."""

    async def load(ids: list[UUID]) -> list[Row | None]:
        found: dict[str, Row] = {}
        for row in await lookup(ids):
            # A merged person answers to each of its former ids.
            found |= {str(id): row for id in (row[by], *row.get("formerly", []))}
        return [found.get(str(id)) for id in ids]

    return DataLoader(load, max_batch_size=IDS_A_CALL)


def many(lookup: Lookup, by: str, under: str) -> ManyLoader:
    """Loads all rows an id. Shape: the program answers rows, or one row an id with the rows `under` a member."""

    async def load(ids: list[UUID]) -> list[list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in await lookup(ids):
            found.setdefault(str(row[by]), []).extend(row.get(under, [row]))
        return [found.get(str(id), []) for id in ids]

    return DataLoader(load, max_batch_size=IDS_A_CALL)
