"""What comes from the Department for Work and Pensions goes nowhere else, whatever two officers signed (A3)."""

from dataclasses import dataclass
from datetime import date

import pytest

from authority.town import Town
from sandbox.identifiers import nino, upn
from sandbox.supplying import Agreement, terms
from unit.families.borough import attendance, claim

AGREED = date(2016, 4, 1)
HOME = {"address_line": "9 Origin Row", "postcode": "ZZ99 4AR", "uprn": "999000071001"}
DAD = {"forename": "Orson", "surname": "Oram", "date_of_birth": "1980-02-03", "sex": "male", **HOME}
CHILD = {"forename": "Olive", "surname": "Oram", "date_of_birth": "2008-05-17", "sex": "female", **HOME}


@dataclass
class Family:
    id: str
    child: str
    father: str


@pytest.fixture(scope="module")
def family(town: Town) -> Family:
    """A girl of whom the school tells and a man of whom a benefit claim alone tells; housing is on their team, and
    the jobcentre's and housing's officers have signed to share names and addresses."""
    olive, ref = upn(7, 2008, 901), "CL-ORSON"
    town.push("school_attendance", attendance(upn=olive, **CHILD))
    town.push("benefits", claim(ref, nino=nino(910001), **DAD))
    child, father = town.person(olive), town.person(ref)
    belongs = town.done(town.post("cora", "families", "/v1/members/lookup", {"ids": [child]}))
    [one] = belongs["items"][0]["families"]
    team = {"service": "housing", "from": "2017-10-01"}
    town.done(town.post("cora", "families", f"/v1/families/{one['family']}/team", team, purpose="support"))
    town.agree(Agreement("jobcentre", "housing", terms("support", "identity address benefits"), starts_on=AGREED))
    for person in (child, father):
        notice = {"code": "origins", "version": person[-6:], "language": "en", "text": "We share."}
        made = town.done(town.post("iris", "consent", "/v1/notices", notice))["id"]
        given = {"date": date.today().isoformat(), "channel": "letter", "persons": [person]}
        town.done(town.post("iris", "consent", f"/v1/notices/{made}/deliveries", given))
    town.settle()
    return Family(one["family"], child, father)


def test_housing_meets_whom_the_school_tells_of_and_nobody_whom_a_benefit_alone_names(
    town: Town, family: Family
) -> None:
    shown = town.get("harriet", "families", f"/v1/families/{family.id}")
    assert shown.status_code == 200, shown.text
    assert [member["person"] for member in shown.json()["members"]] == [family.child]
    assert "Olive Oram" in shown.text and "Orson" not in shown.text and family.father not in shown.text
    for path in (f"/v1/families/{family.id}/members", f"/v1/families/{family.id}/timeline"):
        listed = town.get("harriet", "families", path)
        assert listed.status_code == 200 and family.father not in listed.text and "Orson" not in listed.text


def test_no_agreement_covers_for_housing_what_the_law_binds(town: Town, family: Family) -> None:
    covered = town.get("harriet", "consent", "/v1/coverage", params={"purpose": "support"}).json()["covers"]
    assert "benefits" not in covered and "identity" in covered  # the school's


def test_the_programme_meets_both(town: Town, family: Family) -> None:
    shown = town.get("ana", "families", f"/v1/families/{family.id}", purpose="identify")
    assert {member["person"] for member in shown.json()["members"]} == {family.child, family.father}
    assert "Orson Oram" in shown.text


def test_the_jobcentres_officer_finds_no_sharing_with_housing(town: Town, family: Family) -> None:
    town.get("harriet", "families", f"/v1/families/{family.id}")
    lines = town.get("jonas", "consent", "/v1/sharing-log", params={"person": family.father, "limit": 200}).json()
    assert lines["items"] and {line["service"] for line in lines["items"]} == {"programme"}
