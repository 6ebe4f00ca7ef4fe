"""Whatever officers of three agencies do, in whatever order: an agreement binds only as the sentences below say.

It binds when both sides are signed: by two people, each of whom was then an officer (or the officer's deputy) of the
agency that owned the side's service, and still does; or an officer of the sponsor of an owner that has no officer. A
sponsor acts on one side alone. It does not bind while a party that suspended it has not resumed it, and never once
somebody ended it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from chassis.db import new_id, now, today, upsert
from chassis.events import Received, event_type
from consent.agreements.repository import list_terms
from consent.agreements.states import state_of
from consent.app import program
from consent.models import Sponsorship
from fixtures.soak import times
from fixtures.stack import Programs
from fixtures.tokens import token
from identity.events import ServiceRegistered
from unit.consent.world import COUNCIL, HANA, HEALTH, IDA, IRIS, OFFICER, PETRA, POLICE, World, day, term

SURGERY = "mill-lane-surgery"
DEV = token(
    "dev", scopes=OFFICER, roles=["information_governance_officer"], agency=POLICE, service="neighbourhood-policing",
    deputy_for="petra",
)  # fmt: skip
PEOPLE = {"iris": IRIS, "ida": IDA, "petra": PETRA, "dev": DEV, "hana": HANA}
AGENCY_OF = {"iris": COUNCIL, "ida": COUNCIL, "petra": POLICE, "dev": POLICE, "hana": HEALTH}
PAIRS = [
    ("education", "neighbourhood-policing"), ("education", "housing"), (SURGERY, "education"),
    (SURGERY, "school-nursing"),
]  # fmt: skip
SIDES = ("supplier", "recipient")
person, side = some.sampled_from(sorted(PEOPLE)), some.sampled_from(SIDES)
ACTS = some.one_of(
    some.tuples(some.just("sign"), person, side),
    some.tuples(some.just("sign"), person, side),
    some.tuples(some.sampled_from(["suspend", "resume", "resume"]), person),
    some.tuples(some.just("move"), side, some.sampled_from([COUNCIL, POLICE, HEALTH])),
    some.tuples(some.just("end"), person),
)


@dataclass
class Told:
    """What the sentences make of what was done."""

    owners: dict[str, str]
    signed: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    """Side → who signed, of which agency, and whether as a sponsor."""
    was_whole: bool = False
    held: set[str] = field(default_factory=set)
    ended: bool = False

    def speaks_for(self, who: str) -> set[str]:
        agencies = {AGENCY_OF[who]} | ({SURGERY} if AGENCY_OF[who] == HEALTH else set())
        return {side for side in SIDES if self.owners[side] in agencies}

    def do(self, act: tuple[str, ...]) -> None:
        if self.ended:
            return
        match act:
            case ("move", side, agency) if self.owners[side] != agency:
                self.owners[side] = agency
                self.signed.pop(side, None)
            case ("sign", who, side) if side in self.speaks_for(who) and side not in self.signed:
                other = SIDES[1 - SIDES.index(side)]
                agency = AGENCY_OF[who]
                sponsor = self.owners[side] != agency
                theirs = self.signed.get(other)
                same_person = theirs is not None and theirs[0] == who
                both_sides = theirs is not None and theirs[1] == agency and (sponsor or theirs[2])
                own_other_side = sponsor and self.owners[other] == agency
                if not (same_person or both_sides or own_other_side):
                    self.signed[side] = (who, agency, sponsor)
            case ("suspend", who) if self.was_whole:
                self.held |= self.speaks_for(who)
            case ("resume", who) if self.was_whole:
                self.held -= self.speaks_for(who)
            case ("end", who) if self.speaks_for(who):
                self.ended = True
        self.was_whole |= len(self.signed) == len(SIDES)

    @property
    def binds(self) -> bool:
        return not self.ended and len(self.signed) == len(SIDES) and not self.held


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, footing: Any) -> Iterator[World]:
    programs = Programs(tmp_path_factory.mktemp("binding"), footing)
    try:
        made = World.begin(programs)
        tell(made, SURGERY, SURGERY)
        row = {"id": new_id(), "agency": SURGERY, "sponsor": HEALTH, "begins": today(), "ends": None, "ended": False,
               "recorded_at": now()}  # fmt: skip
        with made.running.runtime.write() as session:
            upsert(session, Sponsorship, [row], key=["id"])
        yield made
    finally:
        programs.close()


def tell(world: World, service: str, agency: str) -> None:
    told = ServiceRegistered(service=service, agency=agency, sector="health", since=now())
    kind, data = event_type(told.topic, told.name), told.model_dump(mode="json")
    reaction = program.reactions.to(kind)
    assert reaction
    with world.running.runtime.write() as session:
        reaction(session, [Received(new_id(), kind, told.name, told.key, 2, now(), data)])


def perform(world: World, agreement: str, pair: tuple[str, str], act: tuple[str, ...]) -> None:
    if act[0] == "move":
        tell(world, pair[SIDES.index(act[1])], act[2])
        return
    body = {"date": day()} | ({"side": act[2]} if act[0] == "sign" else {"reason": "As it happened"})
    answer = world.post(f"/v1/agreements/{agreement}/{act[0]}", body, PEOPLE[act[1]])
    assert answer.status_code in (200, 403, 404, 409), answer.text


@settings(
    max_examples=times(15, 300),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(pair=some.sampled_from(PAIRS), acts=some.lists(ACTS, min_size=4, max_size=14))
def test_an_agreement_binds_only_as_two_people_of_its_services_owners_signed(
    world: World, pair: tuple[str, str], acts: list[tuple[str, ...]]
) -> None:
    home = {"education": COUNCIL, "housing": COUNCIL, "neighbourhood-policing": POLICE, "school-nursing": HEALTH}
    owners = [home.get(service, SURGERY) for service in pair]
    for service, owner in zip(pair, owners, strict=True):
        tell(world, service, owner)
    drafter = IRIS if COUNCIL in owners else HANA
    made = world.draft(*pair, term("support", "identity"), who=drafter)
    assert made.status_code == 201, made.text
    agreement, told = str(made.json()["id"]), Told(dict(zip(SIDES, owners, strict=True)))
    for number, act in enumerate(acts):
        perform(world, agreement, pair, act)
        told.do(act)
        with world.running.runtime.read() as session:
            states = [state_of(row, today()) for row in list_terms(session) if str(row.agreement) == agreement]
        assert ("in_force" in states) == told.binds, acts[: number + 1]
