"""Nothing is shown that consent has not let go, to this service, for this purpose, at this moment."""

from unit.families.household import BENEFITS, MILL, SCHOOL, WAVE0, WAVE1, Street, ana, asked_about, cora, harriet, sol

SUPPORT = frozenset({"support"})


def on_the_team(street: Street, service: str = "housing") -> str:
    family: str = street.families()[0]["id"]
    body = {"service": service, "from": "2018-01-01"}
    assert street.post(f"/v1/families/{family}/team", body, cora).status_code == 201
    return family


def test_without_an_answer_from_consent_nothing_is_shown(street: Street) -> None:
    street.ashes()
    street.consent.down = True
    for path in ("/v1/families",):
        answer = street.get(path)
        assert answer.status_code == 503 and "Ash" not in answer.text


def test_whose_token_expired_while_they_waited_is_shown_nothing_and_signs_in_anew(street: Street) -> None:
    street.ashes()
    street.consent.expired = True
    answer = street.get("/v1/families")
    assert (answer.status_code, answer.json()["title"]) == (401, "Not signed in") and "Ash" not in answer.text


def test_each_answer_asks_anew_and_a_withheld_name_is_absent(street: Street) -> None:
    mia, *_ = street.ashes()
    assert "Mia Ash" in str(street.families())
    street.consent.denied.add((str(mia), "identity"))
    (family,) = street.families()
    shown = {m["person"]: m for m in family["members"]}
    assert "name" not in shown[str(mia)] and "Leo Ash" in str(family)


def test_a_withheld_name_gives_the_same_bytes_as_no_name(street: Street) -> None:
    street.ashes()
    street.consent.agreements.clear()
    names = [member for family in street.families() for member in family["members"] if "name" in member]
    assert names == []


def test_a_partner_on_the_team_meets_only_whom_its_agreements_name(street: Street) -> None:
    mia, leo_, rose = street.ashes()
    street.consent.agreements["education", "housing", "support"] = frozenset({"identity"})
    family = on_the_team(street)
    shown = street.get(f"/v1/families/{family}", harriet).json()
    assert {m["person"] for m in shown["members"]} == {str(mia), str(leo_)}, "the benefits are not its business"
    assert "area" not in shown and shown["support"] == {}
    assert shown["access"] == {
        "purpose": "support",
        "covers": ["identity"],
        "ask": {"service": "programme", "email": None},
    }
    assert str(rose) not in street.get(f"/v1/families/{family}/members", harriet).text
    assert street.get(f"/v1/families/{family}", sol).status_code == 404


def test_a_partner_without_any_agreement_reaches_nothing(street: Street) -> None:
    street.ashes()
    family = on_the_team(street)
    assert street.get(f"/v1/families/{family}", harriet).status_code == 404


def test_access_says_the_same_of_every_family(street: Street) -> None:
    street.ashes()
    street.person("Kid Fir", 2009, ("school_attendance", "999000000555", WAVE0, WAVE1))
    street.compose()
    one, other = street.families()
    assert one["access"] == other["access"]


def test_the_question_holds_every_former_id_and_is_asked_once_for_a_page(street: Street) -> None:
    from unit.families.families.test_reading_families import merge

    street.ashes()
    one = street.person("Ned Elm", 1979, (BENEFITS, MILL, WAVE0, WAVE1))
    other = street.person("Ned Elms", 1979, (BENEFITS, MILL, WAVE0, WAVE1))
    merge(street, other, one)
    street.compose()
    street.consent.asked.clear()
    street.families()
    (question,) = street.consent.asked
    asked = {subject["person"]: subject["formerly"] for subject in question["subjects"]}
    assert asked[str(one)] == [str(other)] and str(other) not in asked
    assert question["share"] is True and question["operation"] == "read"
    assert question["caller"] == {
        "subject": "ana", "client": "portal", "agency": "thornbury-council", "service": "programme",
        "roles": ["analyst"],
    }  # fmt: skip


def test_a_purpose_that_is_not_the_callers_is_refused(street: Street) -> None:
    assert street.client.get("/v1/families", headers=ana(Purpose="claim")).status_code == 403


def questions(street: Street, path: str) -> set[tuple[str, str, str]]:
    """Person, category and source of everything that a request asks consent about."""
    street.consent.asked.clear()
    assert street.get(path).status_code == 200
    return {
        (subject["person"], item["category"], item["source"])
        for question in street.consent.asked
        if question["share"]
        for subject in question["subjects"]
        for item in asked_about(subject, question)
    }


def test_only_records_that_exist_are_asked_about(street: Street) -> None:
    ned = street.person("Ned Elm", 1979, (BENEFITS, MILL, WAVE0, WAVE1))
    kit = street.person("Kit Elm", 2009, (SCHOOL, MILL, WAVE0, WAVE1))
    street.compose()
    (family,) = street.families()
    names = {(str(ned), "identity", "jobcentre"), (str(kit), "identity", "education")}
    area = {(str(person), "location", "programme") for person in (ned, kit)}
    # Since when somebody belongs was found from where they were said to live.
    days = {(person, "address", source) for person, _, source in names}
    assert questions(street, "/v1/families") == names | days | area
    assert questions(street, f"/v1/families/{family['id']}/members") == names | days
    assert questions(street, f"/v1/people/{ned}") == {
        (str(ned), category, "jobcentre") for category in ("identity", "address")
    }
