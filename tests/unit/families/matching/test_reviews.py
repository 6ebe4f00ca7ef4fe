"""Reviews, merges and unmerges, as Ana the analyst does them."""

from uuid import UUID, uuid4

from sqlalchemy import select

from families.models.matching import ParentElsewhere
from families.models.protections import ProtectedPerson
from unit.families.borough import MAYA_UPN, QUAY, Borough, attendance, claim, incident
from unit.families.household import leo

BENEFITS, POLICE, SCHOOL = "benefits", "anti_social_behaviour", "school_attendance"
TYPO = {"forename": "Rosenary"}


def test_a_plausible_stranger_becomes_a_person_at_once_with_a_review_open(town: Borough) -> None:
    town.push(BENEFITS, claim())
    town.push(POLICE, incident(**TYPO))
    assert len({link["person"] for link in town.links()}) == 2
    [review] = town.reviews(status="open")
    assert review["kind"] == "same_person" and review["score"] > 20
    assert {side["name"] for side in (review["left"], review["right"])} == {"Rosemary Ash", "Rosenary Ash"}
    assert {(r["feed"], r["key"]) for side in (review["left"], review["right"]) for r in side["records"]} == {
        (BENEFITS, "CL-1"), (POLICE, "INC-1|1"),
    }  # fmt: skip
    assert {"field": "forename", "outcome": "typo", "weight": 5} in review["explanation"]


def test_accepting_a_review_is_a_merge_that_everybody_hears_of(town: Borough) -> None:
    town.push(BENEFITS, claim())
    town.push(POLICE, incident(**TYPO))
    [review] = town.reviews()
    assert town.decide(review, "same").json()["status"] == "decided"
    assert town.decide(review, "same").status_code == 200
    assert town.decide(review, "different").status_code == 409
    [person] = {link["person"] for link in town.links()}
    merged = town.told("families.person")[-1]
    assert (merged["name"], merged["into"]) == ("person.merged", person)
    shown = town.get(f"/v1/people/{merged['person']}").json()
    assert (shown["id"], shown["formerly"]) == (person, [merged["person"]])


def test_what_was_found_to_be_two_is_never_brought_together(town: Borough) -> None:
    town.push(BENEFITS, claim())
    town.push(POLICE, incident(**TYPO))
    [review] = town.reviews()
    town.decide(review, "different")
    body = {"other": review["right"]["person"], "reason": "It looks so."}
    problem = town.post(f"/v1/people/{review['left']['person']}/merge", body)
    assert problem.status_code == 409 and problem.json()["type"].endswith("persons-kept-apart")
    town.push(POLICE, incident("INC-2", **TYPO))
    assert town.reviews(status="open") == []


def test_unmerging_restores_both_and_is_remembered(town: Borough) -> None:
    town.push(BENEFITS, claim(), claim("CL-2", nino="", forename="Gary", sex="male"))
    rose, gary = town.person("CL-1"), town.person("CL-2")
    merged = town.post(f"/v1/people/{rose}/merge", {"other": gary, "reason": "A slip."})
    assert (merged.status_code, merged.json()["id"]) == (200, rose)
    assert town.post(f"/v1/people/{rose}/merge", {"other": gary, "reason": "Again."}).status_code == 409
    facts = {f["person"] for f in town.get(f"/v1/people/{gary}/facts").json()["items"]}
    assert facts == {rose, gary}
    undone = town.post(f"/v1/people/{rose}/unmerge", {"person": gary, "reason": "Two after all."})
    assert (undone.status_code, undone.json()["id"]) == (200, gary)
    assert town.told("families.person")[-1] == {"name": "person.unmerged", "person": gary, "from": rose}
    assert (town.person("CL-1"), town.person("CL-2")) == (rose, gary)
    assert town.post(f"/v1/people/{rose}/unmerge", {"person": gary, "reason": "Again."}).status_code == 409
    assert town.post(f"/v1/people/{rose}/merge", {"other": gary, "reason": "Once more."}).status_code == 409


def test_whoever_was_merged_earlier_goes_along_when_unmerged(town: Borough) -> None:
    names = ["Rosemary", "Gary", "Paula"]
    town.push(BENEFITS, *(claim(f"CL-{n}", nino="", forename=name, sex="") for n, name in enumerate(names)))
    rose, gary, paula = (town.person(f"CL-{n}") for n in range(3))
    town.post(f"/v1/people/{gary}/merge", {"other": paula, "reason": "One."})
    town.post(f"/v1/people/{rose}/merge", {"other": gary, "reason": "Two."})
    assert town.person("CL-2") == rose
    town.post(f"/v1/people/{rose}/unmerge", {"person": gary, "reason": "No."})
    assert [town.person(f"CL-{n}") for n in range(3)] == [rose, gary, gary]


def test_restrictions_unite_when_people_are_merged_and_part_when_they_are_not(town: Borough) -> None:
    town.push(BENEFITS, claim(), claim("CL-2", nino="", forename="Gary", sex="male"))
    rose, gary = town.person("CL-1"), town.person("CL-2")
    with town.runtime.write() as session:
        from datetime import date

        from families.models.protections import Protection

        session.add(Protection(id=uuid4(), person=UUID(gary), since=date(2017, 9, 1), lifted_on=None))
        session.add(ProtectedPerson(person=UUID(gary)))
    town.post(f"/v1/people/{rose}/merge", {"other": gary, "reason": "One."})
    assert protected(town) == {rose, gary}
    town.post(f"/v1/people/{rose}/unmerge", {"person": gary, "reason": "No."})
    assert protected(town) == {gary}


def test_a_review_of_a_protected_person_says_nothing_of_addresses(town: Borough) -> None:
    town.push(BENEFITS, claim())
    town.push(POLICE, incident(**TYPO))
    with town.runtime.write() as session:
        session.add(ProtectedPerson(person=UUID(town.person("CL-1"))))
    [review] = town.reviews()
    assert "score" not in review and "address" not in str(review["explanation"])


def test_a_carer_who_lives_elsewhere_is_asked_about_once_for_all_children(town: Borough) -> None:
    father = {"forename": "Robert", "surname": "Birch", "sex": "male", "date_of_birth": "1979-04-05"}
    carer = {"carer_forename": "Bob", "carer_surname": "Birch", "carer_relationship": "father",
             "carer_same_address": "no"}  # fmt: skip
    town.push(SCHOOL, attendance(**carer), attendance(MAYA_UPN, forename="Maya", **carer))
    assert town.reviews() == []
    town.push(BENEFITS, claim(**father, **QUAY))
    [review] = town.reviews(kind="non_resident_parent")
    assert review["right"]["person"] == town.person("CL-1") and len(review["children"]) == 2
    town.push(BENEFITS, claim(**father, **QUAY))
    assert len(town.reviews()) == 1
    town.decide(review, "yes")
    with town.runtime.read() as session:
        rows = session.scalars(select(ParentElsewhere)).all()
    assert {str(row.child) for row in rows} == set(review["children"])
    assert {str(row.parent) for row in rows} == {review["right"]["person"]}


def test_an_adult_of_another_name_is_not_asked_about(town: Borough) -> None:
    carer = {"carer_forename": "Bob", "carer_surname": "Birch", "carer_relationship": "father",
             "carer_same_address": "no"}  # fmt: skip
    town.push(SCHOOL, attendance(**carer))
    town.push(BENEFITS, claim(forename="Robert", surname="Beech"), claim("CL-2", nino="", forename="Karen"))
    assert town.reviews() == []


def test_only_analysts_decide_and_see(town: Borough) -> None:
    town.push(BENEFITS, claim())
    town.push(POLICE, incident(**TYPO))
    [review] = town.reviews()
    assert town.get("/v1/match-reviews", leo).status_code == 403
    assert town.post(f"/v1/match-reviews/{uuid4()}/decision", {"verdict": "same", "reason": "x"}).status_code == 404
    wrong = town.decide(review, "yes")
    assert wrong.status_code == 422


def test_what_is_not_shared_is_absent_from_reviews_and_links(town: Borough) -> None:
    town.push(BENEFITS, claim())
    town.push(POLICE, incident(**TYPO))
    town.consent.agreements["jobcentre", "programme", "identify"] = frozenset()
    [review] = town.reviews()
    sides = sorted((review["left"], review["right"]), key=lambda side: len(side["records"]))
    assert sides[0]["records"] == [] and "name" not in sides[0] and sides[1]["name"] == "Rosenary Ash"
    assert sorted(link.get("key", "") for link in town.links()) == ["", "INC-1|1"]
    town.consent.down = True
    assert town.get("/v1/match-reviews").status_code == 503


def protected(town: Borough) -> set[str]:
    with town.runtime.read() as session:
        return {str(person) for person in session.scalars(select(ProtectedPerson.person))}


def test_a_record_that_was_linked_wrongly_becomes_a_person_of_its_own(town: Borough) -> None:
    town.push(BENEFITS, claim())
    town.push(POLICE, incident(forename="Rosie", **(QUAY | {"uprn": QUAY["uprn"]})))
    town.push(POLICE, incident("INC-2", forename="Rosie"))
    rose = town.person("CL-1")
    assert town.person("INC-2|1") == rose
    links = town.get(f"/v1/people/{rose}/links").json()["items"]
    record = next(link["record"] for link in links if link["key"] == "INC-2|1")
    answer = town.post(f"/v1/people/{rose}/unmerge", {"record": record, "reason": "Another Rosie."})
    other = answer.json()["id"]
    assert (answer.status_code, town.person("INC-2|1"), town.person("CL-1")) == (200, other, rose)
    moved = [f for f in town.told("families.fact") if f["name"] == "fact.corrected"]
    assert {f["person"] for f in moved} == {other} and {f["record"] for f in moved} == {record}
    assert town.get(f"/v1/people/{other}").json()["name"] == "Rosie Ash"
    shown = town.get(f"/v1/people/{rose}").json()
    assert {a["source"] for a in shown["addresses"]} == {"jobcentre"}
    assert town.post(f"/v1/people/{rose}/merge", {"other": other, "reason": "No."}).status_code == 409
    again = town.post(f"/v1/people/{rose}/unmerge", {"record": record, "reason": "Again."})
    assert again.status_code == 409
    assert town.post(f"/v1/people/{rose}/unmerge", {"reason": "Nothing."}).status_code == 422


def test_the_only_record_of_somebody_cannot_be_taken_from_them(town: Borough) -> None:
    town.push(BENEFITS, claim())
    rose = town.person("CL-1")
    record = town.get(f"/v1/people/{rose}/links").json()["items"][0]["record"]
    assert town.post(f"/v1/people/{rose}/unmerge", {"record": record, "reason": "x"}).status_code == 409
