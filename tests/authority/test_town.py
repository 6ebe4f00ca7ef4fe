"""The town itself: what the other modules of this folder rest on."""

from authority.town import Town
from sandbox.identifiers import upn
from unit.families.borough import attendance


def test_what_a_school_pushes_is_met_by_the_programmes_analyst_and_by_nobody_of_another_force(town: Town) -> None:
    tess = upn(1, 2008, 900)
    town.push("school_attendance", attendance(upn=tess, forename="Tess", surname="Town"))
    person = town.person(tess)
    shown = town.get("ana", "families", f"/v1/people/{person}")
    assert shown.status_code == 200
    assert "Tess" in shown.text
    assert town.get("noor", "families", f"/v1/people/{person}").status_code == 403
    assert town.get("cora", "families", f"/v1/families/{person}").status_code == 404
