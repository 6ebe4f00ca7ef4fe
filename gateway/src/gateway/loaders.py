"""Loaders: what many fields of one level ask a program for goes in one request."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from uuid import UUID

from strawberry.dataloader import DataLoader
from strawberry.scalars import JSON

from gateway.clients.claims import ClaimsClient
from gateway.clients.consent import ConsentClient
from gateway.clients.families import FamiliesClient
from gateway.clients.identity import IdentityClient
from gateway.json_mapping import Row, member_of

IDS_A_CALL = 500
LOOKED_UP = "a row that was looked up"

Lookup: TypeAlias = Callable[[Sequence[UUID]], Awaitable[list[Row]]]
OneLoader: TypeAlias = DataLoader[UUID, Row | None]
ManyLoader: TypeAlias = DataLoader[UUID, list[Row]]


@dataclass(frozen=True)
class Services:
    """The four programs for one request and purpose."""

    identity: IdentityClient
    families: FamiliesClient
    consent: ConsentClient
    claims: ClaimsClient


class Loaders:
    """Shape: lives as long as one request; `as_at` is the day as at which families are shown, None is now."""

    def __init__(self, services: Services, as_at: date | None) -> None:
        self.services, self.as_at = services, as_at
        families, claims = services.families, services.claims
        self.person = load_one(families.lookup_people)
        self.facts = load_many(families.lookup_facts, by="person", under="facts")
        self.consents = load_many(services.consent.lookup_consents, by="person", under="consents")
        self.notices = load_many(services.consent.lookup_notices, by="person", under="notices")
        self.claims = load_many(claims.lookup_claims, by="family", under="claims")
        self.family = load_one(lambda ids: families.lookup_families(ids, as_at))
        self.eligibility = load_one(lambda ids: claims.lookup_eligibility(ids, as_at), by="family")
        self.progress = load_one(lambda ids: claims.lookup_progress(ids, as_at), by="family")


def load_one(lookup: Lookup, by: str = "id") -> OneLoader:
    """Loads one row an id; None when it is out of the caller's reach or never was."""

    async def load(ids: list[UUID]) -> list[Row | None]:
        found: dict[UUID, Row] = {}
        for row in await lookup(ids):
            found[member_of(UUID, row, by, LOOKED_UP)] = row
            # A merged person answers to each of its former ids.
            if "formerly" in row:
                found |= dict.fromkeys(member_of(list[UUID], row, "formerly", LOOKED_UP), row)
        return [found.get(id) for id in ids]

    return DataLoader(load, max_batch_size=IDS_A_CALL)


def load_many(lookup: Lookup, by: str, under: str) -> ManyLoader:
    """Loads all rows an id. Shape: the program answers one row an id, which holds the rows `under` a member."""

    async def load(ids: list[UUID]) -> list[list[Row]]:
        found: dict[UUID, list[Row]] = {}
        for row in await lookup(ids):
            rows = member_of(list[JSON], row, under, LOOKED_UP)
            found.setdefault(member_of(UUID, row, by, LOOKED_UP), []).extend(rows)
        return [found.get(id, []) for id in ids]

    return DataLoader(load, max_batch_size=IDS_A_CALL)
