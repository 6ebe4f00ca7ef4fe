"""Each feed's example as a system exports it, under that system's headings and codes, carried through to its facts.

The files stand in `exports/`, one a feed. The headings are those of the named source; what a partner's mapping makes of
them is said here, since a partner says it once for its own system.
"""

import csv
import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select, update

from families.models.intake import Record
from fixtures.stack import Programs
from unit.families.borough import Borough, open_town, pusher

EXPORTS = Path(__file__).parent / "exports"
Cell = Callable[[str], str]


def day(text: str) -> str:
    """A day as an English office writes it."""
    return datetime.strptime(text, "%d/%m/%Y").date().isoformat() if text else ""


def code(**codes: str) -> Cell:
    """A code of theirs to one of ours; what is not named stays, in lower snake case."""
    return lambda text: codes.get(text, text.lower().replace(" ", "_"))


class Export(NamedTuple):
    """Shape: `columns`: by column of the feed, the heading of the system and how its cell is read. `facts`: measure,
    first day, last day, value, in the order in which they are told."""

    columns: Mapping[str, str | tuple[str, Cell]]
    covers: tuple[str, str]
    facts: list[tuple[str, str, str | None, str | int]]


# The school census' data items; a management information system's report of a term has the same.
SCHOOL = Export(
    columns={
        "upn": "UPN", "academic_year": "AcademicYear", "term": ("Term", code()), "school": "URN",
        "forename": "Forename",
        "surname": "Surname", "date_of_birth": ("DOB", day), "sex": "Sex", "address_line": "AddressLine1",
        "postcode": "Postcode", "uprn": "UniquePropertyReferenceNumber", "carer_forename": "ContactForename",
        "carer_surname": "ContactSurname", "carer_relationship": "ContactRelationship",
        "carer_same_address": "ContactSameAddress", "sessions_possible": "TermlySessionsPossible",
        "sessions_authorised_absent": "TermlySessionsAuthorised",
        "sessions_unauthorised_absent": "TermlySessionsUnauthorised",
    },
    covers=("2017-01-01", "2017-07-31"),
    facts=[
        ("sessions.possible", "2017-01-01", "2017-04-16", 40),
        ("sessions.authorised", "2017-01-01", "2017-04-16", 3),
        ("sessions.unauthorised", "2017-01-01", "2017-04-16", 2),
        ("sessions.possible", "2017-01-01", "2017-04-16", 80),
        ("sessions.authorised", "2017-01-01", "2017-04-16", 1),
        ("sessions.unauthorised", "2017-01-01", "2017-04-16", 1),
        ("sessions.possible", "2017-04-17", "2017-05-28", 52),
        ("sessions.authorised", "2017-04-17", "2017-05-28", 0),
        ("sessions.unauthorised", "2017-04-17", "2017-05-28", 0),
    ],
)  # fmt: skip

# An extract of claims as the Department's officers prepare one for a council, conditionality groups by their names [S].
BENEFITS = Export(
    columns={
        "claim_ref": "Claim", "nino": "NINO", "forename": "First Name", "surname": "Last Name",
        "date_of_birth": ("DOB", day), "sex": "Sex", "address_line": "Address", "postcode": "Postcode", "uprn": "UPRN",
        "partner_claim_ref": "Partner Claim", "benefit": ("Benefit", code()), "started_on": ("Claim Start", day),
        "ended_on": ("Claim End", day), "regime_started_on": ("Regime Start", day),
        "regime_ended_on": ("Regime End", day), "work_started_on": ("Work Start", day),
        "work_ended_on": ("Work End", day),
        "regime": ("Regime", code(**{"Intensive Work Search": "intensive", "Working Enough": "working_enough"})),
    },
    covers=("2016-09-01", "2018-06-30"),
    facts=[
        ("benefit.claim", "2016-04-01", "2018-03-14", "uc"),
        ("benefit.regime", "2016-04-01", "2018-03-14", "intensive"),
        ("work.spell", "2018-03-15", None, 1),
        ("benefit.claim", "2018-03-15", None, "uc"),
        ("benefit.regime", "2018-03-15", None, "working_enough"),
        ("benefit.claim", "2015-06-01", None, "pip"),
        ("benefit.claim", "2017-02-06", "2018-01-31", "hb"),
    ],
)  # fmt: skip

OF_FEED = {"school_attendance": SCHOOL, "benefits": BENEFITS}


def read_described(file: Path) -> Export:
    """What a file beside the example says of it, for feeds that no story needs: so no list of code names them."""
    told = tomllib.loads(file.read_text())
    columns: dict[str, str | tuple[str, Cell]] = {}
    for column, said in told["columns"].items():
        reads = said if isinstance(said, str) else (said["of"], day if "day" in said else code(**said["codes"]))
        columns[column] = reads
    facts = [(measure, first, last or None, value) for measure, first, last, value in told["facts"]]
    return Export(columns, (told["covers"][0], told["covers"][1]), facts)


OF_FEED |= {file.stem: read_described(file) for file in sorted(EXPORTS.glob("*.toml"))}


def read_export(feed: str) -> list[dict[str, str]]:
    """The lines of a feed's file as its partner's mapping makes them."""
    with (EXPORTS / f"{feed}.csv").open(newline="") as file:
        return [
            {
                column: told[1](line[told[0]]) if isinstance(told, tuple) else line[told]
                for column, told in OF_FEED[feed].columns.items()
            }
            for line in csv.DictReader(file)
        ]


def test_each_example_is_carried_to_its_facts(programs: Programs, tmp_path: Path) -> None:
    town = open_town(programs, tmp_path)
    for feed, export in OF_FEED.items():
        heard = len(town.told("families.fact"))
        first, last = export.covers
        push = town.push(feed, *read_export(feed), covers_from=first, covers_to=last)
        assert push["counts"]["refused"] == push["counts"]["held"] == 0, town.lines(push)
        told = town.told("families.fact")[heard:]
        assert [(fact["measure"], fact["from"], fact["to"], fact["value"]) for fact in told] == export.facts, feed
    assert {path.stem for path in EXPORTS.iterdir()} == set(OF_FEED)
    _check_schools(town)


def _check_schools(town: Borough) -> None:
    """Two schools of a term are two records of one child, and no list of records names a school."""
    keys = [link["key"] for link in town.links() if link["feed"] == "school_attendance"]
    assert keys.count("B000123417001|2016/17|spring") == 2
    mia = town.person("B000123417001|2016/17|spring")
    seen = town.get(f"/v1/people/{mia}/links").text + town.get("/v1/links").text
    assert "0002001" not in seen and "000/2001" not in seen


def test_a_regime_that_changed_leaves_the_days_before_as_they_were(town: Borough) -> None:
    """Intensive in one file; in the next, intensive up to 14 March and working enough from 15 March on."""
    first, second = read_export("benefits")[:2]
    before = first | {"regime_ended_on": "", "work_started_on": "", "regime_started_on": first["started_on"]}
    town.push("benefits", before)
    assert [(f["from"], f["to"], f["value"]) for f in town.told("families.fact")] == [
        ("2016-04-01", None, "uc"),
        ("2016-04-01", None, "intensive"),
    ]
    push = town.push("benefits", first, second, covers_to="2018-06-30")
    assert push["counts"]["recorded"] == 2
    facts = town.get(f"/v1/people/{town.person('CL-000123')}/facts").json()["items"]
    regimes = sorted((f["from"], f["to"], f["value"]) for f in facts if f["measure"] == "benefit.regime")
    assert regimes == [("2016-04-01", "2018-03-14", "intensive"), ("2018-03-15", None, "working_enough")]
    assert town.person("CL-000123|2018-03-15") == town.person("CL-000123")


def test_a_term_kept_before_the_school_was_told_is_found_again(town: Borough) -> None:
    """A release that kept a pupil's term under a key without the school: its record is corrected, not doubled."""
    rows = read_export("school_attendance")
    covers: dict[str, Any] = {"covers_from": "2017-01-01", "covers_to": "2017-07-31"}
    town.push("school_attendance", rows[0], **covers)
    _forget_school(town)
    again = town.push("school_attendance", *rows[:2], **covers)
    assert again["counts"]["recorded"] + again["counts"]["unchanged"] == 2
    keys = _kept_keys(town)
    assert keys == ["B000123417001|2016/17|spring|0002001", "B000123417001|2016/17|spring|0002002"]
    assert len({fact["record"] for fact in town.told("families.fact")}) == 2
    assert town.lines(town.seen(again["id"], pusher("school_attendance")))


def _kept_keys(town: Borough) -> list[str]:
    with town.runtime.read() as session:
        return sorted(session.scalars(select(Record.natural_key)))


def _forget_school(town: Borough) -> None:
    with town.runtime.write() as session:
        session.execute(update(Record).values(natural_key="B000123417001|2016/17|spring"))
