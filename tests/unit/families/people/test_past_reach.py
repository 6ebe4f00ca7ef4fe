"""Whoever belonged to a family is met as they were known on the day of leaving, and not at all once they are hidden."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from chassis.db import new_id
from families.models.facts import Fact
from families.models.families import Family, Membership
from families.models.people import PersonName
from families.models.premises import Premises
from families.models.protections import ProtectedPerson
from unit.families.household import BENEFITS, HILL, MILL, REFUGE, SCHOOL, WAVE0, WAVE1, WAVE2, Street, ana, cora

LEFT = date(2018, 2, 12)
IN_TIME, TOO_LATE = datetime(2018, 2, 12, 23, 59, tzinfo=UTC), datetime(2018, 2, 13, 0, 1, tzinfo=UTC)
STATED: dict[str, Any] = {"measure": "attendance.missed", "value": 9, "unit": None, "age_at_event": 9,
                          "source": "education", "category": "attendance"}  # fmt: skip
FACTS = {
    "of the autumn, known in time": (date(2017, 9, 1), date(2017, 12, 31), IN_TIME, None),
    "running when she left": (date(2018, 1, 8), None, IN_TIME, None),
    "corrected later: as it was known": (date(2017, 4, 1), date(2017, 7, 31), IN_TIME, TOO_LATE),
    "the correction": (date(2017, 4, 1), date(2017, 7, 31), TOO_LATE, None),
    "of the autumn, heard of too late": (date(2017, 9, 1), date(2017, 12, 31), TOO_LATE, None),
    "of a term that ended after she left": (date(2018, 1, 8), date(2018, 3, 29), IN_TIME, None),
    "of the day after": (date(2018, 2, 13), date(2018, 2, 13), IN_TIME, None),
    "corrected before she left": (date(2017, 9, 1), date(2017, 12, 31), datetime(2018, 1, 5, tzinfo=UTC), IN_TIME),
}
WITHIN = {"of the autumn, known in time", "running when she left", "corrected later: as it was known"}


@pytest.fixture
def moved(street: Street) -> tuple[Street, UUID, UUID, dict[UUID, str]]:
    """Mia left her mother Rose's family on 12 February 2018, for one that cora does not reach. Facts by their name."""
    mia, _, rose = street.ashes()
    street.says(mia, SCHOOL, HILL, WAVE2, WAVE2)
    names: dict[UUID, str] = {}
    record = street.record(mia, SCHOOL)
    with street.runtime.write() as session:
        session.execute(update(Membership).where(Membership.person == mia).values(to_on=LEFT))
        elsewhere = Family(id=new_id(), composed_on=LEFT, area="elm")
        session.add(elsewhere)
        session.flush()
        session.add(Membership(family=elsewhere.id, person=mia, role="child", from_on=LEFT, to_on=None, how="hand"))
        session.execute(update(PersonName).where(PersonName.person == mia).values(last_stated_on=WAVE2))
        for number, (name, (begins, ends, heard, until)) in enumerate(FACTS.items()):
            fact = Fact(id=new_id(), person=mia, record_id=record, from_on=begins, to_on=ends, recorded_at=heard,
                        superseded_at=until, push=street.push, supersedes=None,
                        **(STATED | {"measure": f"attendance.{'abcdefghij'[number]}"}))  # fmt: skip
            session.add(fact)
            names[fact.id] = name
    return street, mia, rose, names


def facts(street: Street, person: UUID, names: dict[UUID, str], who: Any = cora) -> set[str]:
    answer = street.post("/v1/facts/lookup", {"ids": [str(person)]}, who)
    return {names[UUID(fact["fact"])] for item in answer.json()["items"] for fact in item["facts"]}


def test_what_was_known_on_the_day_of_leaving_is_met_and_nothing_later(
    moved: tuple[Street, UUID, UUID, dict[UUID, str]],
) -> None:
    street, mia, _, names = moved
    assert facts(street, mia, names) == WITHIN
    superseded = {"corrected later: as it was known", "corrected before she left"}
    assert facts(street, mia, names, ana) == set(FACTS) - superseded


def test_an_address_is_met_as_it_was_said_up_to_the_day_of_leaving(
    moved: tuple[Street, UUID, UUID, dict[UUID, str]],
) -> None:
    street, mia, _, _ = moved
    [shown] = street.post("/v1/people/lookup", {"ids": [str(mia)]}, cora).json()["items"]
    assert [(a["uprn"], a["to"]) for a in shown["addresses"]] == [(MILL, WAVE1.isoformat())]
    assert shown["name"] == "Mia Ash"
    [all_of_it] = street.post("/v1/people/lookup", {"ids": [str(mia)]}, ana).json()["items"]
    assert {a["uprn"] for a in all_of_it["addresses"]} == {MILL, HILL}


@pytest.mark.parametrize("why", ["protected", "of a protected family", "once at a refuge", "there by its words"])
def test_whoever_is_hidden_is_not_met_for_having_belonged(
    moved: tuple[Street, UUID, UUID, dict[UUID, str]], why: str
) -> None:
    street, mia, rose, names = moved
    if why in ("once at a refuge", "there by its words"):
        street.says(rose if why == "there by its words" else mia, BENEFITS, REFUGE, WAVE0, WAVE0)
    with street.runtime.write() as session:
        if why == "protected":
            session.add(ProtectedPerson(person=mia))
        elif why == "of a protected family":
            session.execute(update(Family).where(Family.area == "elm").values(protected=True, area=None))
        else:
            session.add(Premises(uprn=REFUGE, kind="refuge"))
    if why == "there by its words":
        from families.models.people import AddressStatement

        with street.runtime.write() as session:
            session.execute(update(AddressStatement).where(AddressStatement.person == mia).values(uprn=None))
    assert facts(street, mia, names) == set()
    assert street.post("/v1/people/lookup", {"ids": [str(mia)]}, cora).json() == {"items": []}
    [family] = street.families(cora)
    seen = "".join(street.get(f"/v1/families/{family['id']}{path}", cora, as_at="2017-12-31").text
                   for path in ("", "/members", "/timeline"))  # fmt: skip
    assert str(mia) not in seen and str(rose) in seen


def test_whoever_is_protected_is_not_met_by_what_was_stated_by_hand_of_an_open_family(street: Street) -> None:
    mia, _, _ = street.ashes()
    [family] = street.families(cora)
    with street.runtime.write() as session:
        session.execute(update(Membership).where(Membership.person == mia).values(how="hand"))
        session.add(ProtectedPerson(person=mia))
    assert street.post("/v1/people/lookup", {"ids": [str(mia)]}, cora).json() == {"items": []}
    assert str(mia) not in street.get(f"/v1/families/{family['id']}", cora).text
    assert str(mia) in street.get(f"/v1/families/{family['id']}", ana).text


def test_having_belonged_is_not_enough_to_act_on_somebody(
    moved: tuple[Street, UUID, UUID, dict[UUID, str]],
) -> None:
    street, mia, _, _ = moved
    [family] = street.families(cora)
    body = {"person": str(mia), "role": "child", "from": "2018-06-01"}
    assert street.post(f"/v1/families/{family['id']}/members", body, cora).status_code == 404
    assert street.post(f"/v1/families/{family['id']}/members", body, ana).status_code == 201
