"""Claims computed again: as known then they are equal; after a late correction the differences are listed."""

import csv
import io
from typing import Any

import pytest

from e2e.conftest import Carried
from journey.platform import Watch
from journey.seeding import iso
from sandbox.model import SCHOOL_ATTENDANCE
from sandbox.supplying import PushFile

pytestmark = pytest.mark.timeout(1800)


def recomputed(carried: Carried, known: str) -> dict[str, Any]:
    asked = {"all": True, "as": known}
    api, clare = carried.outcome.api, carried.outcome.cast["clare"]
    return {row["claim"]: row for row in api.post(clare, "claims", "/v1/recomputations", asked)["items"]}


def correct_a_term(carried: Carried) -> str:
    """The school sends one line again: a child of a family paid for its progress had missed half the term.

    Returns the family's id.
    """
    borough, api = carried.outcome.borough, carried.outcome.api
    due = next(
        due for due in borough.truth.families.values() if due.story == 1 and due.type and due.result_on is not None
    )
    child = next(
        m.person for m in borough.families[due.family].members if m.role == "child" and m.person in borough.schooling
    )
    file: PushFile = next(
        push
        for wave in borough.waves
        for push in wave.pushes
        if push.feed == SCHOOL_ATTENDANCE and push.covers_to == due.result_on
    )
    header, *lines = csv.reader(io.StringIO(file.csv.decode()))
    values = next(line for line in lines if line[0] == borough.people[child].upn)
    values[header.index("sessions_unauthorised_absent")] = str(int(values[header.index("sessions_possible")]) // 2)
    corrected = io.StringIO()
    csv.writer(corrected).writerows([header, values])
    answer = api.send(
        carried.outcome.cast.sender(SCHOOL_ATTENDANCE),
        "POST",
        "families",
        f"/v1/feeds/{SCHOOL_ATTENDANCE}/pushes",
        params={"covers_from": iso(file.covers_from), "covers_to": iso(file.covers_to), "area": file.area},
        content=corrected.getvalue().encode(),
        headers={"Content-Type": "text/csv", "Idempotency-Key": api.key_of_act("a late correction")},
    )
    watch = Watch(carried.platform.addresses)
    watch.wait_until_idle()
    report = api.get(carried.outcome.cast.sender(SCHOOL_ATTENDANCE), "families", f"/v1/pushes/{answer.json()['id']}")
    if report["status"] == "paused":
        path = f"/v1/pushes/{answer.json()['id']}/resume"
        api.post(carried.outcome.cast.sender(SCHOOL_ATTENDANCE), "families", path, {})
        watch.wait_until_idle()
    family = carried.outcome.register.family_id(due.family)
    assert family
    return family


def test_late_correction_is_listed_as_a_difference_and_what_was_known_then_stays_equal(carried: Carried) -> None:
    api, clare = carried.outcome.api, carried.outcome.cast["clare"]
    assert all(row["equal"] for row in recomputed(carried, "known_now").values() if row["claim"] in paid(carried))
    family = correct_a_term(carried)
    claim = next(c["id"] for c in api.pages(clare, "claims", "/v1/claims", family=family) if c["status"] == "paid")
    then, now = recomputed(carried, "known_then"), recomputed(carried, "known_now")
    assert all(row["equal"] for row in then.values())
    assert not now[claim]["equal"] and now[claim]["differences"]
    assert api.get(clare, "claims", f"/v1/claims/{claim}")["status"] == "paid", "a paid claim stands"


def paid(carried: Carried) -> set[str]:
    api, clare = carried.outcome.api, carried.outcome.cast["clare"]
    withdrawn = {
        carried.outcome.register.family_id(act.family)
        for act in carried.outcome.borough.acts
        if act.kind == "consent_withdrawn"
    }
    claims = api.pages(clare, "claims", "/v1/claims", status="paid")
    return {claim["id"] for claim in claims if claim["family"] not in withdrawn}
