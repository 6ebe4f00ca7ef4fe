"""Which families share people, and what that means for their results.

Two families that share people as the framework's data say are taken for one until a person has answered that they are
not. Whom a family has is asked over its whole life, by whom each id stands for now: somebody who left, or was taken for
another at first, counts. Who is added counts for nothing: a cousin beside the same mother and son makes no other
family.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from itertools import combinations
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from chassis.db import now
from claims.frameworks.catalogue import Framework, SharedPeople
from claims.history import repository as history
from claims.history.service import find_root
from claims.models import LIVE, Claim
from claims.same_people import repository
from claims.same_people.repository import JOINED, SAME, AskedPair, Pair, pair_of

Roles = Mapping[UUID, frozenset[str]]
"""Present id → the roles that somebody ever had in a family."""
NOT_ANSWERED, ONE_FAMILY = "same_people", "same_family"
"""Why a family has no result of its own: it is asked about, or was found to be the same as one that has."""


def list_shared(rule: SharedPeople, one: Roles, other: Roles) -> list[list[str]] | None:
    """Whom two families share; None where that asks nothing.

    Example: a mother and her son in both, and a cousin in the second: the mother and the son. A grandmother alone in
    both asks nothing. Shape: [[person, `child` or `adult`]], by id.
    """
    shared: list[list[str]] = []
    for person in sorted(one.keys() & other.keys()):
        if (one[person] | other[person]) & rule.child:
            shared.append([str(person), "child"])
        elif one[person] & rule.adult and other[person] & rule.adult:
            shared.append([str(person), "adult"])
    children = sum(kind == "child" for _, kind in shared)
    enough = any(
        children >= least_children and len(shared) - children >= least_adults
        for least_children, least_adults in rule.least
    )
    return shared if enough else None


class SamePeople:
    """Families that share people, directly or through others, with what was answered and what they claim.

    Shape: `overlaps` are pairs that share enough people, with whom they share; `attached` is as last evaluated;
    `looked_at` are the families of which every overlap is known.
    """

    def __init__(
        self,
        asked: Mapping[Pair, AskedPair],
        overlaps: Mapping[Pair, list[list[str]]],
        claims: Iterable[Claim],
        attached: Mapping[UUID, date],
        looked_at: Collection[UUID],
    ) -> None:
        self.asked, self.overlaps, self.claims, self.attached = asked, overlaps, list(claims), attached
        self.looked_at = looked_at
        self._into: dict[UUID, UUID] = {}
        for pair, each in asked.items():
            if each.answer == SAME:
                one, other = (self._find_group(family) for family in pair)
                self._into[max(one, other)] = min(one, other)
        self._bars: dict[UUID, dict[UUID, list[AskedPair | None]]] = defaultdict(lambda: defaultdict(list))
        for pair in overlaps.keys() | asked.keys():
            found = asked.get(pair)
            answer = found.answer if found else None
            if answer == JOINED or (answer is None and pair in overlaps):
                one, other = (self._find_group(family) for family in pair)
                self._bars[one][other].append(found)
                self._bars[other][one].append(found)

    def _find_group(self, family: UUID) -> UUID:
        while (into := self._into.get(family, family)) != family:
            family = into
        return family

    def find_bar(self, one: tuple[UUID, date], other: tuple[UUID, date]) -> str | None:
        """Why two families cannot both have what they have on these days; None when they can.

        Shape: (family, result date), or (family, attached on) for fees. Of families that joined later, what each had
        before that day is its own. A family that was found to be the same as another shares all that stands in its way.
        """
        mine, others = self._find_group(one[0]), self._find_group(other[0])
        if mine == others:
            return ONE_FAMILY
        bar = None
        for asked in self._bars.get(mine, {}).get(others, ()):
            if asked is None or asked.joined_on is None:
                bar = NOT_ANSWERED
            elif max(one[1], other[1]) >= asked.joined_on:
                return ONE_FAMILY
        return bar

    def find_bar_of(self, family: UUID, on: date, claims: Iterable[Claim]) -> str | None:
        """Why a family may have no result of this date beside these claims of others; None when it may."""
        bars = {
            self.find_bar((family, on), (claim.family, claim.result_date))
            for claim in claims
            if claim.family != family and claim.status in LIVE
        }
        return ONE_FAMILY if ONE_FAMILY in bars else NOT_ANSWERED if NOT_ANSWERED in bars else None

    def count_funded(self, until: date) -> int:
        """How many attached families are funded until a day: of families taken for one, the one attached first.

        Example: a mother and her son are attached in one family in May and in another in June; one is funded. Once a
        person has answered that they are two families, both are.
        """
        funded: dict[UUID, list[tuple[UUID, date]]] = defaultdict(list)
        for family, on in sorted(self.attached.items(), key=lambda each: (each[1], each[0])):
            group = self._find_group(family)
            beside = [each for near in (group, *self._bars.get(group, ())) for each in funded.get(near, ())]
            if on <= until and not any(self.find_bar((family, on), each) for each in beside):
                funded[group].append((family, on))
        return sum(len(each) for each in funded.values())


def read_same_people(
    session: Session,
    framework: Framework,
    families: Collection[UUID],
    attached: Mapping[UUID, date | None] | None = None,
) -> SamePeople:
    """These families, and every other that is attached or has a result and shares people with them.

    Shape: `attached` is known better than the store knows it, for those that are in it.
    """
    if not families:
        return SamePeople({}, {}, [], {}, frozenset())
    moment = history.find_latest_moment(session) or now()
    asked = repository.list_asked(session, framework.name, families)
    mine = {*families, *(family for each in asked for family in each.pair)}
    versions = history.list_membership_versions(session, mine)
    leaves = {row.person for row in versions}
    redirects = history.list_redirects(session, leaves, moment)
    everybody = leaves | redirects.keys() | set(redirects.values())
    roots = {person: find_root(person, redirects) for person in everybody}
    beside = history.list_families_of_ids(session, everybody) - mine
    if beside:
        asked = repository.list_asked(session, framework.name, mine | beside)
        beside |= {family for each in asked for family in each.pair} - mine
        versions += history.list_membership_versions(session, beside)
    claims = repository.list_live_claims(session, framework.name, mine | beside)
    now_attached = repository.list_attached(session, framework.name, mine | beside)
    for family, on in (attached or {}).items():
        now_attached.pop(family, None)
        if on is not None:
            now_attached[family] = on
    # Who was found to be the same as another has what the other has.
    found_same = {family for each in asked if each.answer in (SAME, JOINED) for family in each.pair}
    counted = {claim.family for claim in claims} | now_attached.keys() | found_same
    people: dict[UUID, dict[UUID, frozenset[str]]] = {family: {} for family in counted}
    for family, person, role in _list_stays(versions, {claim.family: claim.known_at for claim in claims}):
        if family in people:
            root = roots.get(person, person)
            people[family][root] = people[family].get(root, frozenset()) | {role}
    overlaps: dict[Pair, list[list[str]]] = {}
    for pair in _list_meeting(people, mine):
        shared = list_shared(framework.same_people, people[pair[0]], people[pair[1]])
        if shared is not None:
            overlaps[pair] = shared
    return SamePeople({each.pair: each for each in asked}, overlaps, claims, now_attached, mine)


def _list_stays(versions: Iterable[Row[Any]], drafted_at: Mapping[UUID, datetime]) -> Iterable[tuple[UUID, UUID, str]]:
    """Whom families have, and whom each had by what was known when its claim was drafted.

    A claim rests on whoever was there then: somebody taken out of the family since was claimed for all the same.
    Shape: (family, person, role).
    """
    last: dict[UUID, Row[Any]] = {}
    then: dict[UUID, Row[Any]] = {}
    for row in versions:
        last[row.membership] = row
        if row.family in drafted_at and row.recorded_at <= drafted_at[row.family]:
            then[row.membership] = row
    for row in (*last.values(), *then.values()):
        if not row.removed:
            yield row.family, row.person, row.role


def _list_meeting(people: Mapping[UUID, Roles], mine: Collection[UUID]) -> set[Pair]:
    """Pairs of families that share somebody, one of them mine."""
    families_of: dict[UUID, list[UUID]] = defaultdict(list)
    for family, roles in people.items():
        for person in roles:
            families_of[person].append(family)
    return {
        pair_of(one, other)
        for families in families_of.values()
        for one, other in combinations(families, 2)
        if one in mine or other in mine
    }
