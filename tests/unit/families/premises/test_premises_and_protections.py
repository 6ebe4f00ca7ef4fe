"""Refuges and protections: nobody is located, by any door."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from chassis.events import Received
from chassis.tables import Outbox
from families.composition import service
from families.composition.repository import Neighbourhood
from families.composition.worker import Composer
from families.models.protections import ProtectedPerson, Protection
from families.reactions import reactions
from unit.families.household import (
    BENEFITS,
    HILL,
    MILL,
    REFUGE,
    SCHOOL,
    WAVE0,
    WAVE1,
    WAVE2,
    Street,
    ana,
    cora,
    iris,
    leo,
)


def said(kind: str) -> dict[str, str]:
    return {"kind": kind, "reason": "On the manager's word.", "date": "2018-01-02"}


def hear(street: Street, name: str, protection: UUID, person: UUID, on: str) -> None:
    kind = f"org.thinkfamily.consent.{name}.v1"
    data = {"protection": str(protection), "person": str(person), "kind": "location", "date": on}
    event = Received(uuid4(), kind, name, str(person), 1, datetime.now(UTC), data)
    reaction = reactions.to(kind)
    assert reaction is not None
    with street.runtime.write() as session:
        reaction(session, [event])


def flee(street: Street) -> tuple[str, str]:
    """Rose and the children flee from Ned; the family before and after."""
    mia, leo_, rose = street.ashes()
    street.person("Ned Elm", 1979, (BENEFITS, MILL, WAVE0, WAVE2))
    street.compose()
    before = street.families()[0]["id"]
    for person in (mia, leo_, rose):
        street.consent.protected.add(str(person))
        hear(street, "protection.set", uuid4(), person, "2018-02-12")
    street.compose()
    (after,) = [family["id"] for family in street.families() if family["id"] != before]
    return before, after


def test_a_protection_makes_a_family_apart_with_no_area_and_no_link(street: Street) -> None:
    before, after = flee(street)
    apart = street.get(f"/v1/families/{after}").json()
    assert len(apart["members"]) == 3 and "area" not in apart
    left = street.get(f"/v1/families/{before}").json()
    assert [m["name"] for m in left["members"]] == ["Ned Elm"] and left["area"] == "thornbury"
    assert before not in street.get(f"/v1/families/{after}/members").text


def composed(street: Street) -> list[dict[str, Any]]:
    """What was told of families that were composed, or moved."""
    with street.runtime.read() as session:
        rows = session.scalars(select(Outbox).where(Outbox.type.contains("family.composed")).order_by(Outbox.seq))
        return [row.data for row in rows]


def while_composing(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Something happens once, after the composer has read and before it writes."""
    plan, left = service.plan_changes, [happens]

    def planned(found: Neighbourhood) -> service.Changes:
        changes = plan(found)
        while left:
            left.pop()()
        return changes

    monkeypatch.setattr(service, "plan_changes", planned)


def test_a_protection_that_comes_while_its_family_is_composed_for_the_first_time_holds_at_once(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    mia = street.person("Mia Ash", 2008, (SCHOOL, MILL, WAVE0, WAVE1))
    street.person("Rose Ash", 1980, (BENEFITS, MILL, WAVE0, WAVE1))
    street.carer(mia, "Rose Ash")
    while_composing(monkeypatch, lambda: hear(street, "protection.set", uuid4(), mia, "2016-01-01"))
    street.compose()
    assert [told for told in composed(street) if told["area"] is not None] == []


def test_an_address_that_is_said_to_be_a_refuge_while_a_family_is_composed_is_one_at_once(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    mia = street.person("Mia Ash", 2008, (SCHOOL, MILL, WAVE0, WAVE1))
    street.person("Rose Ash", 1980, (BENEFITS, MILL, WAVE0, WAVE1))
    street.carer(mia, "Rose Ash")
    path, body = f"/v1/premises/{MILL}", said("refuge")
    while_composing(monkeypatch, lambda: street.client.put(path, json=body, headers=iris()))
    street.compose()
    assert [told["area"] for told in composed(street)] == [None]


def test_a_composer_that_was_relieved_while_it_worked_writes_nothing(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when its lock's connection was lost: the standby has taken up the same persons, and finished them."""
    mia = street.person("Mia Ash", 2008, (SCHOOL, MILL, WAVE0, WAVE1))
    street.person("Rose Ash", 1980, (BENEFITS, MILL, WAVE0, WAVE1))
    street.carer(mia, "Rose Ash")
    while_composing(monkeypatch, lambda: Composer(patient=False).step(street.runtime))
    street.compose()
    assert len(street.families()) == 1
    assert len(composed(street)) == 1


def test_a_coordinator_of_the_area_no_longer_meets_the_protected_family(street: Street) -> None:
    before, after = flee(street)
    assert [family["id"] for family in street.families(cora)] == [before]
    assert street.get(f"/v1/families/{after}", cora).status_code == 404


def test_the_lead_professionals_base_is_not_shown_of_a_protected_family(street: Street) -> None:
    _, after = flee(street)
    body = {"date": "2018-03-01", "user": "leo", "service": "early-help"}
    assert street.post(f"/v1/families/{after}/lead-professional", body, cora).status_code == 404
    from families.models.support import LeadProfessional

    with street.runtime.write() as session:
        session.add(
            LeadProfessional(
                family=UUID(after), on=date(2018, 3, 1), user="leo", service="early-help", sector="council",
                origin="here", source="programme", recorded_by="ana",
            )
        )  # fmt: skip
    shown = street.get(f"/v1/families/{after}", leo).json()
    assert shown["lead_professional"]["user"] == "leo" and "service" not in shown["lead_professional"]


def test_a_protection_parts_even_from_a_later_record_at_the_refuge(street: Street) -> None:
    before, after = flee(street)
    assert street.client.put(f"/v1/premises/{REFUGE}", json=said("refuge"), headers=iris()).status_code == 200
    people = [UUID(m["person"]) for m in street.get(f"/v1/families/{after}").json()["members"]]
    for person in people:
        street.says(person, SCHOOL, REFUGE, WAVE2, WAVE2)
    street.compose()
    assert {family["id"] for family in street.families()} == {before, after}
    everything = street.get("/v1/families").text + street.get(f"/v1/families/{after}/timeline").text
    assert REFUGE not in everything


def test_protected_persons_are_listed_for_matching_until_the_last_protection_is_lifted(street: Street) -> None:
    rose = street.person("Rose Ash", 1980, (BENEFITS, MILL, WAVE0, WAVE1))
    one, other = uuid4(), uuid4()
    hear(street, "protection.set", one, rose, "2018-02-12")
    hear(street, "protection.set", other, rose, "2018-02-13")
    hear(street, "protection.lifted", one, rose, "2018-05-01")
    assert protected(street) == {rose}
    hear(street, "protection.lifted", other, rose, "2018-06-01")
    assert protected(street) == set()


def test_a_protection_that_is_heard_of_after_its_lifting_hides_nobody(street: Street) -> None:
    """As when its event could not be handled at first, and is handled later than those behind it."""
    _, _, rose = street.ashes()
    [before] = street.families(cora)
    protection = uuid4()
    hear(street, "protection.lifted", protection, rose, "2018-05-01")
    hear(street, "protection.set", protection, rose, "2018-03-01")
    street.compose()
    assert protected(street) == set()
    assert [family["area"] for family in street.families(cora)] == [before["area"]]
    with street.runtime.read() as session:
        held = session.get(Protection, protection)
    assert held and (held.since, held.lifted_on) == (date(2018, 3, 1), date(2018, 5, 1))


def protected(street: Street) -> set[UUID]:
    with street.runtime.read() as session:
        return set(session.scalars(select(ProtectedPerson.person)))


def test_when_protections_are_lifted_the_family_goes_on_in_the_open(street: Street) -> None:
    mia, leo_, rose = street.ashes()
    protections = {person: uuid4() for person in (mia, leo_, rose)}
    for person, protection in protections.items():
        hear(street, "protection.set", protection, person, "2018-02-12")
        street.says(person, SCHOOL, HILL, WAVE2, WAVE2)
    street.compose()
    apart = max(street.families(), key=lambda family: len(family["members"]))["id"]
    for person, protection in protections.items():
        hear(street, "protection.lifted", protection, person, "2019-02-12")
    street.compose()
    shown = street.get(f"/v1/families/{apart}").json()
    assert len(shown["members"]) == 3 and shown["area"] == "thornbury"


def test_premises_are_flagged_by_information_governance_alone_and_answer_without_the_address(street: Street) -> None:
    assert street.client.put(f"/v1/premises/{HILL}", json=said("hmo"), headers=ana()).status_code == 403
    done = street.client.put(f"/v1/premises/{HILL}", json=said("hmo"), headers=iris())
    assert done.json() == {"status": "hmo", "etag": '"v1"'} and HILL not in done.text
    again = street.client.put(f"/v1/premises/{HILL}", json=said("hmo"), headers=iris())
    assert again.json() == done.json()
    changed = street.client.put(f"/v1/premises/{HILL}", json=said("refuge"), headers=iris())
    assert changed.json() == {"status": "refuge", "etag": '"v2"'}


WRONG = [{"kind": "castle"}, {"kind": "ordinary"}, {"uprn": "1"}, {"reason": " "}, {"date": "2999-01-01"}]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_flag_is_refused(street: Street, wrong: dict[str, str]) -> None:
    answer = street.client.put(f"/v1/premises/{HILL}", json=said("hmo") | wrong, headers=iris())
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/body/{next(iter(wrong))}"


def test_who_is_hidden_without_a_protection_of_their_own_takes_no_part_in_composition(street: Street) -> None:
    _, _, rose = street.ashes()
    with street.runtime.write() as session:
        session.add(ProtectedPerson(person=rose))
        from families.composition_queue.repository import mark_anew

        mark_anew(session, [rose])
    street.compose()
    assert str(rose) not in str(street.families())
