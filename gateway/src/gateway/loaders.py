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
from gateway.json_mapping import Row, answer_of, member_of
from gateway.problems import NotKnownAsAt, UpstreamAnswerNotValid

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

    def __init__(self, services: Services, as_at: date | None, most_rows: int) -> None:
        self.services, self.as_at, self._most_rows = services, as_at, most_rows
        self._facts: dict[str | None, ManyLoader] = {}
        families, consent, claims = services.families, services.consent, services.claims
        self.person = load_one("families", lambda ids: families.lookup_people(ids, as_at))
        self.consents = load_many(
            "consent", lambda ids: consent.lookup_consents(ids, as_at), "person", "consents", most_rows
        )
        self.notices = load_many(
            "consent", lambda ids: consent.lookup_notices(ids, as_at), "person", "notices", most_rows
        )
        self.claims = load_many("claims", claims.lookup_claims, "family", "claims", most_rows)
        self.family = load_one("families", lambda ids: families.lookup_families(ids, as_at))
        self.eligibility = load_one("claims", lambda ids: claims.lookup_eligibility(ids, as_at), by="family")
        self.progress = load_one("claims", lambda ids: claims.lookup_progress(ids, as_at), by="family")

    def facts_of(self, measure: str | None) -> ManyLoader:
        """Facts by person, of one measure or of all. Which measures there are, families knows."""
        if measure not in self._facts:
            families, as_at = self.services.families, self.as_at
            self._facts[measure] = load_many(
                "families",
                lambda ids: families.lookup_facts(ids, measure, as_at),
                "person",
                "facts",
                self._most_rows,
            )
        return self._facts[measure]

    def refuse_past(self, why: str) -> None:
        """For a part of which only today is known. Errors: NotKnownAsAt."""
        if self.as_at is not None:
            raise NotKnownAsAt(why)


def load_one(program: str, lookup: Lookup, by: str = "id") -> OneLoader:
    """Loads one row an id; None when it is out of the caller's reach or never was."""

    async def load(ids: list[UUID]) -> list[Row | None]:
        found: dict[UUID, Row] = {}
        rows = await lookup(ids)
        with answer_of(program):
            for row in rows:
                found[member_of(UUID, row, by, LOOKED_UP)] = row
                # A merged person answers to each of its former ids.
                if "formerly" in row:
                    found |= dict.fromkeys(member_of(list[UUID], row, "formerly", LOOKED_UP), row)
        return [found.get(id) for id in ids]

    return DataLoader(load, max_batch_size=IDS_A_CALL)


def load_many(program: str, lookup: Lookup, by: str, under: str, most: int) -> ManyLoader:
    """Loads all rows an id. Shape: the program answers one row an id, which holds the rows `under` a member.

    Errors: UpstreamAnswerNotValid when one answer holds more than `most` rows in all.
    """

    async def load(ids: list[UUID]) -> list[list[Row]]:
        found: dict[UUID, list[Row]] = {}
        answer, left = await lookup(ids), most
        with answer_of(program):
            for row in answer:
                rows = member_of(list[JSON], row, under, LOOKED_UP)
                if (left := left - len(rows)) < 0:
                    raise UpstreamAnswerNotValid("It has more rows than one answer may.")
                found.setdefault(member_of(UUID, row, by, LOOKED_UP), []).extend(rows)
        return [found.get(id, []) for id in ids]

    return DataLoader(load, max_batch_size=IDS_A_CALL)
