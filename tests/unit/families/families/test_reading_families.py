"""Families as they are composed and read, by whom and as at when."""

from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from families.models.families import Membership
from families.models.people import AddressStatement, Person
from unit.families.household import (
    AUTUMN,
    BENEFITS,
    HILL,
    MILL,
    QUAY,
    SCHOOL,
    WAVE0,
    WAVE1,
    WAVE2,
    Street,
    ana,
    carl,
    cora,
    harriet,
    iris,
    leo,
    machine,
    mash,
    otto,
    sol,
)


def merge(street: Street, loser: UUID, winner: UUID) -> None:
    with street.runtime.write() as session:
        session.execute(update(Person).where(Person.id == loser).values(merged_into=winner, root=winner))
        from families.composition_queue.repository import mark_anew

        mark_anew(session, [loser, winner])


def unmerge(street: Street, loser: UUID) -> None:
    with street.runtime.write() as session:
        session.execute(update(Person).where(Person.id == loser).values(merged_into=None, root=loser))
        from families.composition_queue.repository import mark_anew

        mark_anew(session, [loser])


def test_records_become_a_family_with_names_and_dates(street: Street) -> None:
    mia, leo_, rose = street.ashes()
    (family,) = street.families()
    members = {member["person"]: member for member in family["members"]}
    assert set(members) == {str(mia), str(leo_), str(rose)}
    assert members[str(mia)] == {
        "person": str(mia), "role": "child", "from": "2016-12-31", "to": None, "name": "Mia Ash",
    }  # fmt: skip
    assert members[str(rose)]["role"] == "adult"
    assert family["area"] == "thornbury" and family["composed_on"] == "2016-12-31"
    assert family["access"]["purpose"] == "identify" and "identity" in family["access"]["covers"]


def test_a_family_is_shown_as_it_was_at_a_day(street: Street) -> None:
    mia, _, rose = street.ashes()
    family = street.families()[0]["id"]
    early = street.get(f"/v1/families/{family}", as_at="2017-01-31").json()
    assert str(rose) not in {m["person"] for m in early["members"]}
    assert str(mia) in {m["person"] for m in early["members"]}


def test_before_it_was_composed_a_family_answers_like_one_that_never_was(street: Street) -> None:
    street.ashes()
    [family], nobody = street.families(), uuid4()
    assert family["composed_on"] == "2016-12-31"
    asked = {"ids": [family["id"], str(nobody)]}
    for path in ("/v1/families/{}", "/v1/families/{}/timeline"):
        early, never = (street.get(path.format(id), as_at="2016-12-30") for id in (family["id"], nobody))
        assert (early.status_code, never.status_code) == (404, 404)
        assert all(early.json()[member] == never.json()[member] for member in ("type", "title", "detail"))
        assert street.get(path.format(family["id"]), as_at="2016-12-31").status_code == 200
    for path in ("/v1/families/lookup", "/v1/support/lookup"):
        held = [street.post(f"{path}?as_at={day}", asked, ana).json()["items"] for day in ("2016-12-30", "2016-12-31")]
        assert [len(items) for items in held] == [0, 1]
    assert [street.families(as_at=day) == [] for day in ("2016-12-30", "2016-12-31")] == [True, False]


def test_a_timeline_tells_nothing_that_had_not_happened(street: Street) -> None:
    """Rose came on 31 August; in July her coming stood there already, on 1 January."""
    mia, leo_, rose = street.ashes()
    path = f"/v1/families/{street.families()[0]['id']}/timeline"
    told = {
        day: [(m["on"], m["kind"], m.get("person")) for m in street.get(path, as_at=day).json()["items"]]
        for day in ("2017-07-31", "2017-08-31")
    }
    began = [("2016-12-31", "composed", None), *(("2016-12-31", "joined", str(id)) for id in sorted((mia, leo_)))]
    assert told == {"2017-07-31": began, "2017-08-31": [*began, ("2017-08-31", "joined", str(rose))]}


def test_a_family_began_when_its_first_members_did_whatever_was_sent_first(street: Street) -> None:
    rose = street.person("Rose Ash", 1980, (BENEFITS, MILL, WAVE0, WAVE1))
    mia = street.person("Mia Ash", 2008, (SCHOOL, MILL, WAVE0, WAVE1))
    street.carer(mia, "Rose Ash", WAVE0)
    street.compose()
    assert [family["composed_on"] for family in street.families()] == [WAVE0.isoformat()]
    for person, feed in ((rose, BENEFITS), (mia, SCHOOL)):
        with street.runtime.write() as session:
            session.execute(
                update(AddressStatement).where(AddressStatement.person == person).values(first_stated_on=AUTUMN)
            )
        street.says(person, feed, MILL, AUTUMN, WAVE1)
    street.compose()
    [family] = street.families()
    assert {member["from"] for member in family["members"]} == {family["composed_on"]} == {"2016-12-31"}
    told = street.get(f"/v1/families/{family['id']}/timeline").json()["items"]
    assert {moment["on"] for moment in told} == {"2016-12-31"}
    assert [len(street.families(as_at=day)) for day in ("2016-12-30", "2016-12-31")] == [0, 1]


def test_a_move_in_common_keeps_the_family(street: Street) -> None:
    mia, leo_, rose = street.ashes()
    before = street.families()[0]["id"]
    street.says(rose, BENEFITS, QUAY, WAVE2, WAVE2)
    street.compose()
    street.says(mia, SCHOOL, QUAY, WAVE2, WAVE2)
    street.says(leo_, SCHOOL, QUAY, WAVE2, WAVE2)
    street.compose()
    (family,) = street.families()
    assert family["id"] == before and len(family["members"]) == 3


def test_composing_twice_changes_and_tells_nothing(street: Street) -> None:
    mia, *_ = street.ashes()
    told, tag = outbox(street), street.families()[0]["etag"]
    with street.runtime.write() as session:
        from families.composition_queue.repository import mark_anew

        mark_anew(session, [mia])
    street.compose()
    assert outbox(street) == told and street.families()[0]["etag"] == tag


def outbox(street: Street) -> list[str]:
    from families.models.chassis import Outbox

    with street.runtime.read() as session:
        types = session.scalars(select(Outbox.type).order_by(Outbox.seq))
        told = [kind.removeprefix("org.thinkfamily.families.").removesuffix(".v1") for kind in types]
    return [kind for kind in told if kind != "head.signed"]  # of the log, whenever it signs one


def test_composition_is_told_in_order(street: Street) -> None:
    street.ashes()
    assert outbox(street) == ["family.composed", *["family.member-joined"] * 3]


def test_a_partner_who_moves_out_is_told_and_no_longer_shown(street: Street) -> None:
    street.ashes()
    ned = street.person("Ned Elm", 1979, (BENEFITS, MILL, WAVE0, WAVE1))
    street.compose()
    street.says(ned, BENEFITS, HILL, WAVE2, WAVE2)
    street.compose()
    (family,) = street.families()
    assert str(ned) not in {m["person"] for m in family["members"]}
    assert outbox(street)[-1] == "family.member-left"
    history = street.get(f"/v1/families/{family['id']}/members").json()["items"]
    assert [m["to"] for m in history if m["person"] == str(ned)] == ["2018-03-30"]


def test_two_ids_of_one_person_are_one_member_from_the_earliest_day(street: Street) -> None:
    street.ashes()
    one = street.person("Ned Elm", 1979, (BENEFITS, MILL, WAVE0, WAVE1))
    other = street.person("Ned Elms", 1979, ("anti_social_behaviour", MILL, WAVE1, WAVE1))
    street.compose()
    assert len(street.families()[0]["members"]) == 5
    merge(street, other, one)
    street.compose()
    (family,) = street.families()
    neds = [m for m in family["members"] if m["person"] in {str(one), str(other)}]
    assert [(m["person"], m["from"]) for m in neds] == [(str(one), "2017-08-31")]
    unmerge(street, other)
    street.compose()
    assert len(street.families()[0]["members"]) == 5


def test_a_coordinator_meets_the_families_of_her_areas(street: Street) -> None:
    street.ashes()
    assert len(street.families(cora)) == 1
    assert street.families(carl) == []


def test_out_of_reach_is_the_same_as_not_there(street: Street) -> None:
    street.ashes()
    family = street.families()[0]["id"]
    for who in (carl, leo, iris, otto, mash, harriet, sol, machine):
        hidden, nowhere = street.get(f"/v1/families/{family}", who), street.get(f"/v1/families/{uuid4()}", who)
        assert hidden.status_code == nowhere.status_code == 404
        assert strip(hidden.json()) == strip(nowhere.json())
        assert street.families(who) == []
        answer = street.post("/v1/families/lookup", {"ids": [family]}, who)
        assert answer.json() == {"items": []}


def strip(problem: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in problem.items() if name not in ("instance", "request_id")}


def test_pages_join_up(street: Street) -> None:
    for number in range(5):
        street.person(f"Kid Fir{'abcde'[number]}", 2009, (SCHOOL, f"99900000010{number}", WAVE0, WAVE0))
    street.compose()
    first = street.get("/v1/families", limit="3").json()
    second = street.get("/v1/families", limit="3", after=first["next"]).json()
    assert len(first["items"]) == 3 and len(second["items"]) == 2 and second["next"] is None
    assert street.get("/v1/families", after="nonsense").status_code == 400


def test_a_nominated_family_holds_whom_its_professional_states(street: Street) -> None:
    ivy = street.person("Ivy Oak", 1983, (BENEFITS, HILL, WAVE0, WAVE1))
    written = street.post("/v1/families", {"area": "thornbury", "reason": "Seen at the food bank"}, ana)
    assert written.status_code == 201 and written.headers["Location"].endswith(written.json()["id"])
    family = written.json()["id"]
    body = {"person": str(ivy), "role": "adult", "from": "2018-01-05"}
    added = street.post(f"/v1/families/{family}/members", body, ana, key="ivy-joins-1")
    assert added.status_code == 201
    assert street.post(f"/v1/families/{family}/members", body, ana, key="ivy-joins-1").json() == added.json()
    assert street.post(f"/v1/families/{family}/members", body, ana).status_code == 409
    street.compose()
    assert [m["person"] for m in street.get(f"/v1/families/{family}").json()["members"]] == [str(ivy)]


def test_a_coordinator_nominates_in_her_own_area_only(street: Street) -> None:
    body = {"area": "elm", "reason": "Asked for help"}
    assert street.post("/v1/families", body, cora).status_code == 422
    assert street.post("/v1/families", body, carl).status_code == 201


def test_what_was_stated_by_hand_stays_through_composition(street: Street) -> None:
    mia, _, rose = street.ashes()
    family = street.families()[0]["id"]
    rows = street.get(f"/v1/families/{family}/members").json()["items"]
    row = next(m for m in rows if m["person"] == str(rose))
    path = f"/v1/families/{family}/members/{row['id']}"
    assert street.client.patch(path, json={"to": "2018-02-01"}, headers=ana()).status_code == 428
    assert street.client.patch(path, json={"to": "2018-02-01"}, headers=ana(If_Match='"v9"')).status_code == 412
    early = street.client.patch(path, json={"to": "2016-01-01"}, headers=ana(If_Match=row["etag"]))
    assert early.status_code == 422
    done = street.client.patch(path, json={"to": "2018-02-01"}, headers=ana(If_Match=row["etag"]))
    assert done.status_code == 200 and done.headers["ETag"] == done.json()["etag"] != row["etag"]
    with street.runtime.write() as session:
        from families.composition_queue.repository import mark_anew

        mark_anew(session, [mia, rose])
    street.compose()
    members = street.get(f"/v1/families/{family}").json()["members"]
    assert str(rose) not in {m["person"] for m in members}


def test_persons_are_looked_up_to_their_families(street: Street) -> None:
    mia, _, rose = street.ashes()
    answer = street.post("/v1/members/lookup", {"ids": [str(mia), str(uuid4()), str(rose)]}, ana).json()["items"]
    family = street.families()[0]["id"]
    assert [(item["person"], [f["family"] for f in item["families"]]) for item in answer] == [
        (str(mia), [family]),
        (str(rose), [family]),
    ]


def test_a_decided_parent_elsewhere_is_a_member_of_that_role(street: Street) -> None:
    mia, _, _ = street.ashes()
    dan = street.person("Dan Yew", 1978, (BENEFITS, HILL, WAVE0, WAVE1))
    from families.matching.non_resident import add_non_resident_parent

    with street.runtime.write() as session:
        add_non_resident_parent(session, mia, dan, WAVE0)
    street.compose()
    (family,) = street.families()
    assert [(m["role"], m["from"]) for m in family["members"] if m["person"] == str(dan)] == [
        ("non_resident_parent", "2017-08-31")
    ]


def test_the_etag_changes_with_the_members(street: Street) -> None:
    street.ashes()
    family = street.families()[0]["id"]
    before = street.get(f"/v1/families/{family}").headers["ETag"]
    street.person("Ned Elm", 1979, (BENEFITS, MILL, WAVE0, WAVE1))
    street.compose()
    assert street.get(f"/v1/families/{family}").headers["ETag"] != before


def test_a_batch_costs_about_the_same_number_of_statements_as_one(street: Street) -> None:
    from sqlalchemy import event

    statements: list[str] = []
    event.listen(street.runtime.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    def cost(homes: range) -> int:
        for home in homes:
            kid = street.person(f"Kid N{home}", 2009, (SCHOOL, f"99900001{home:04}", WAVE0, WAVE0))
            street.person(f"Mum N{home}", 1980, (BENEFITS, f"99900001{home:04}", WAVE0, WAVE0))
            street.carer(kid, f"Mum N{home}")
        statements.clear()
        street.compose()
        return len(statements)

    few, many = cost(range(1)), cost(range(10, 70))
    assert many <= few + 15, (few, many)
    with street.runtime.read() as session:
        assert session.scalar(select(func.count()).select_from(Membership)) == 122
