"""What is withheld is told by nothing else: not by a tag, not by a day, not by the work that an answer takes."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from families.models.support import LeadProfessional, SupportStep
from unit.families.household import (
    BENEFITS,
    HILL,
    QUAY,
    SCHOOL,
    WAVE0,
    WAVE1,
    Street,
    ana,
    carl,
    cora,
    harriet,
    scoped,
)

lou = scoped("lou", "lead_professional", "people:read families:read", "support")


@pytest.fixture(autouse=True)
def read_the_services_at_every_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the first of two requests reads the directory's services, and the next finds them held, whoever is asked
    about."""
    monkeypatch.setattr("directory.recognising.FRESH", -1)


def statements(street: Street, ask: Callable[[], Any]) -> list[str]:
    found: list[str] = []

    def keep(*args: Any) -> None:
        found.append(args[2])

    event.listen(street.runtime.engine, "before_cursor_execute", keep)
    try:
        ask()
    finally:
        event.remove(street.runtime.engine, "before_cursor_execute", keep)
    return found


@pytest.mark.parametrize("kind", ["person", "family"])
def test_an_id_out_of_reach_costs_the_same_statements_as_one_that_nobody_has(street: Street, kind: str) -> None:
    mia, _, _ = street.ashes()
    real = str(mia) if kind == "person" else street.families()[0]["id"]
    paths = ["/v1/members/lookup", "/v1/people/lookup", "/v1/facts/lookup"]
    if kind == "family":
        paths = ["/v1/families/lookup", "/v1/support/lookup"]
    for path in paths:
        asked = [
            statements(street, lambda id=id, path=path: street.post(path, {"ids": [id]}, carl))  # type: ignore[misc]
            for id in (str(uuid4()), real)
        ]
        assert asked[0] == asked[1], path
        assert asked[0], path
    shown = [f"/v1/people/{{}}{rest}" for rest in ("", "/links", "/facts")]
    for path in shown if kind == "person" else [f"/v1/families/{{}}{rest}" for rest in ("", "/members", "/timeline")]:
        asked = [
            statements(street, lambda id=id, path=path: street.get(path.format(id), lou))  # type: ignore[misc]
            for id in (str(uuid4()), real)
        ]
        assert asked[0] == asked[1], path


def test_a_search_costs_the_same_statements_whether_there_is_such_a_person_or_not(street: Street) -> None:
    street.ashes()
    for body in ({"name": "{} Ash"}, {"name": "{} Ash", "date_of_birth": "2008-05-17"}):
        asked = [
            statements(
                street,
                lambda name=name, body=body: street.post(  # type: ignore[misc]
                    "/v1/people/search", body | {"name": body["name"].format(name)}, lou
                ),
            )
            for name in ("Mia", "Ulf")
        ]
        assert asked[0] == asked[1]


def test_the_tag_of_a_family_counts_nothing_that_is_withheld(street: Street) -> None:
    street.ashes()
    [family] = street.families(cora)
    path = f"/v1/families/{family['id']}"
    tags = [street.get(path, who).headers["ETag"] for who in (cora, ana)]
    with street.runtime.write() as session:
        session.add(
            SupportStep(
                id=uuid4(), family=UUID(family["id"]), on=date(2018, 3, 1), step="stepped_up", note="",
                source="childrens-social-care", recorded_by="sol",
            )
        )  # fmt: skip
        from families.composition.repository import count_family_change

        count_family_change(session, UUID(family["id"]))
    assert [street.get(path, who).headers["ETag"] for who in (cora, ana)] == tags
    agreed = {"date": "2018-03-01", "agreed": True}
    first = street.post(f"{path}/agreement-to-be-supported", agreed, cora)
    assert first.headers["ETag"] == street.post(f"{path}/agreement-to-be-supported", agreed, cora).headers["ETag"]
    assert street.get(path, cora).headers["ETag"] != tags[0]


def test_since_when_somebody_belongs_is_told_by_the_year_where_their_address_is_withheld(street: Street) -> None:
    kid = street.person("Kid Elm", 2009, (SCHOOL, QUAY, date(2017, 3, 14), WAVE1))
    mum = street.person("Mum Elm", 1980, (BENEFITS, QUAY, date(2017, 3, 14), WAVE1))
    street.carer(kid, "Mum Elm")
    street.compose()
    [family] = street.families()
    exact = street.get(f"/v1/families/{family['id']}").json()
    assert (exact["composed_on"], {m["from"] for m in exact["members"]}) == ("2017-03-14", {"2017-03-14"})
    with street.runtime.write() as session:
        said: dict[str, Any] = {"source": "programme", "recorded_by": "cora", "from_on": WAVE0, "to_on": None}
        from families.models.support import TeamMember

        session.add(TeamMember(id=uuid4(), family=UUID(family["id"]), service="housing", user=None, **said))
    for supplier in ("education", "jobcentre"):
        street.consent.agreements[supplier, "housing", "support"] = frozenset({"identity"})
    path = f"/v1/families/{family['id']}"
    told = [street.get(path, harriet), street.get(f"{path}/members", harriet), street.get(f"{path}/timeline", harriet)]
    told.append(street.post("/v1/members/lookup", {"ids": [str(kid)]}, harriet))
    assert all(answer.status_code == 200 and "2017-03-14" not in answer.text for answer in told)
    assert told[0].json()["composed_on"] == "2017-01-01"
    assert [(m["from"], m["to"]) for m in told[0].json()["members"]] == [("2017-01-01", None)] * 2
    # Nor is the day found by asking for one after the other.
    by_day = [street.get(path, harriet, as_at=day).json()["members"] for day in ("2017-03-13", "2017-03-14")]
    assert by_day[0] == by_day[1]
    lists = [street.get("/v1/families", harriet, as_at=day).json()["items"] for day in ("2017-03-13", "2017-03-14")]
    assert [len(items) for items in lists] == [1, 1]
    assert street.get("/v1/families", harriet, as_at="2016-12-31").json()["items"] == []
    for each in (path, f"{path}/timeline"):
        assert street.get(each, harriet, as_at="2016-12-31").status_code == 404
        days = [street.get(each, harriet, as_at=day) for day in ("2017-03-13", "2017-03-14")]
        assert days[0].status_code == 200 and days[0].json() == days[1].json(), each
    # Whoever may know the day meets nothing on the day before it.
    assert [street.get(path, as_at=day).status_code for day in ("2017-03-13", "2017-03-14")] == [404, 200]
    assert street.get("/v1/families", as_at="2017-03-13").json()["items"] == []
    assert {m["person"] for m in street.get(path, harriet, as_at="2018-01-02").json()["members"]} == {
        str(kid),
        str(mum),
    }


def test_the_end_of_a_stay_is_told_by_the_year_too_and_what_was_stated_by_hand_exactly(street: Street) -> None:
    mia, _, rose = street.ashes()
    [family] = street.families(cora)
    street.consent.denied |= {(str(mia), "address"), (str(rose), "address")}
    path = f"/v1/families/{family['id']}/members"
    row = next(row for row in street.get(path, cora).json()["items"] if row["person"] == str(mia))
    assert (row["from"], row["to"]) == ("2016-01-01", None)
    street.says(mia, SCHOOL, HILL, date(2018, 5, 17), date(2018, 5, 17))
    street.compose()
    row = next(row for row in street.get(path, ana).json()["items"] if row["person"] == str(mia))
    assert (row["from"], row["to"]) == ("2016-01-01", "2018-12-31")
    other = next(row for row in street.get(path, ana).json()["items"] if row["person"] == str(rose))
    ended = street.client.patch(f"{path}/{other['id']}", json={"to": "2018-02-01"}, headers=ana(If_Match=other["etag"]))
    assert ended.status_code == 200
    row = next(row for row in street.get(path, ana).json()["items"] if row["person"] == str(rose))
    assert row["to"] == "2018-02-01"


def test_the_lead_of_a_family_is_told_nothing_of_what_others_recorded_by_the_tag_of_an_act(street: Street) -> None:
    street.ashes()
    [family] = street.families(cora)
    with street.runtime.write() as session:
        session.add(
            LeadProfessional(
                family=UUID(family["id"]), on=date(2018, 1, 1), user="leo", service="programme", sector="council",
                origin="here", source="programme", recorded_by="cora",
            )
        )  # fmt: skip
    body = {"date": "2018-03-01", "step": "opened", "note": ""}
    from unit.families.household import leo

    tags = {street.post(f"/v1/families/{family['id']}/steps", body, who).headers["ETag"] for who in (leo, cora, leo)}
    assert len(tags) == 1
