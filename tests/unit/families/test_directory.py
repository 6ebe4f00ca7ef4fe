"""What identity tells of areas, services and people is kept, and what it never told of is refused by name."""

from pathlib import Path
from typing import Any

import pytest

from chassis.db import new_id, now
from chassis.events import Received, event_type
from directory import repository
from families.reactions import reactions
from fixtures.stack import Programs
from unit.families.borough import ana, csv_of, open_town
from unit.families.borough import attendance as attended
from unit.families.household import Street, cora

LEAD = {"date": "2017-09-10", "user": "leo", "service": "programme"}


def hear(street: Street, name: str, **data: Any) -> None:
    kind = event_type("identity.directory", name)
    reaction = reactions.to(kind)
    assert reaction is not None
    with street.runtime.write() as session:
        reaction(session, [Received(new_id(), kind, name, "k", 1, now(), data)])


def fault_of(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    (fault,) = answer.json()["errors"]
    return dict(fault)


def test_the_last_word_about_somebody_counts(street: Street) -> None:
    sol = {"user": "sol", "agency": "thornbury-council", "roles": [], "areas": []}
    hear(street, "user.registered", **sol, service="housing", status="active")
    with street.runtime.read() as session:
        assert repository.has_user(session, "sol", "housing") and not repository.has_user(session, "sol", "education")
    hear(street, "user.changed", **sol, service="education", status="active")
    with street.runtime.read() as session:
        assert repository.has_user(session, "sol", "education") and not repository.has_user(session, "sol", "housing")
    hear(street, "user.changed", **sol, service="education", status="disabled")
    with street.runtime.read() as session:
        assert not repository.has_user(session, "sol", "education")


def test_a_push_for_an_area_that_is_none_is_refused_with_the_list_until_identity_tells_of_it(
    programs: Programs, tmp_path: Path
) -> None:
    town = open_town(programs, tmp_path)
    refused = town.send("school_attendance", csv_of("school_attendance", [attended()]), area="thornbery")
    fault = fault_of(refused)
    assert (fault["pointer"], fault["code"]) == ("/query/area", "unknown_area")
    assert "elm, thornbury" in fault["fix"] and "GET /v1/areas" in fault["fix"] and "thornbery" not in refused.text
    assert town.get("/v1/pushes").json()["items"] == []
    hear(town, "area.registered", area="thornbery")  # type: ignore[arg-type]  # both have a runtime
    taken = town.send("school_attendance", csv_of("school_attendance", [attended()]), area="thornbery")
    assert taken.status_code == 202


def test_a_nomination_for_an_area_that_is_none_is_refused_whoever_makes_it(street: Street) -> None:
    fault = fault_of(street.post("/v1/families", {"area": "thornbery", "reason": "Asked for help"}, ana))
    assert (fault["pointer"], fault["code"]) == ("/body/area", "unknown_area") and "thornbury" in fault["fix"]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"user": "nobody", "service": "nowhere"}, "/body/service"),
        ({"user": "nobody"}, "/body/user"),
        ({"service": "nowhere"}, "/body/service"),
        ({"service": "early-help"}, "/body/user"),  # there is such a service, and Leo is of another
    ],
)
def test_a_lead_professional_is_somebody_of_a_service_that_is_there(
    street: Street, wrong: dict[str, str], pointer: str
) -> None:
    street.ashes()
    path = f"/v1/families/{street.families()[0]['id']}/lead-professional"
    refused = street.post(path, LEAD | wrong)
    assert fault_of(refused)["pointer"] == pointer
    assert not any(value in refused.text for value in wrong.values() if value != "early-help")
    assert street.post(path, LEAD).status_code == 201


def test_only_a_service_and_a_person_who_are_there_join_a_team(street: Street) -> None:
    street.ashes()
    path = f"/v1/families/{street.families()[0]['id']}/team"
    begins = {"from": "2017-10-01"}
    assert fault_of(street.post(path, begins | {"service": "nowhere"}, cora))["pointer"] == "/body/service"
    nobody = begins | {"service": "housing", "user": "nobody"}
    assert fault_of(street.post(path, nobody, cora))["pointer"] == "/body/user"
    assert street.post(path, begins | {"service": "housing"}, cora).status_code == 201


def test_a_family_out_of_reach_answers_so_whatever_the_directory_knows(street: Street) -> None:
    """Who may not meet a family does not learn from the order of checks that it is there."""
    nowhere = street.post(f"/v1/families/{new_id()}/lead-professional", LEAD | {"user": "nobody"})
    assert nowhere.status_code == 404
