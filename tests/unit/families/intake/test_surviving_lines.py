"""Lines that survive their worst cell: names as people write them, numbers that say why there is none."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from families.feeds import kinds
from families.feeds.lines import Line
from families.feeds.registry import FEEDS
from unit.families.borough import MAYA_UPN, Borough, attendance, claim, incident

SCHOOL, POLICE, BENEFITS = "school_attendance", "anti_social_behaviour", "benefits"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Katherine (Katie)", "Katherine (Katie)"),
        ("Katherine [Katie]", "Katherine [Katie]"),
        ("Ann–Marie", "Ann-Marie"),
        ("Ann‑Marie", "Ann-Marie"),
        ("O´Brien", "O’Brien"),
        ("O`Brien", "O’Brien"),
        ("Oʼ Brien", "O’ Brien"),
        ("O′Brien", "O’Brien"),
        ("O'Brien", "O'Brien"),
        ("’t Hooft", "’t Hooft"),
        ("Ali/Aly", "Ali/Aly"),
        ("Smith, Jr.", "Smith, Jr."),
        ("मीरा", "मीरा"),
        ("சுந்தரம்", "சுந்தரம்"),
        ("أحمد", "أحمد"),
        ("Đặng Thị", "Đặng Thị"),
        ("Ze\u0308", "Ze\u0308"),
        ("Gal·la", "Gal·la"),
        ("Mary\xa0Ann", "Mary Ann"),
        ("Na", "Na"),
        ("Baby", "Baby"),
        ("Y", "Y"),
        ("St. John", "St. John"),
    ],
)
def test_a_name_is_read_as_people_write_it(written: str, name: str) -> None:
    assert kinds.NAME.read(written) == name


@pytest.mark.parametrize(
    "written", ["Unknown", "NOT KNOWN", "Not-known", "Null", "X", "xxx", "N/K", "n/a", "-", "?", "TBC", "(unknown)"]
)  # fmt: skip
def test_what_stands_where_a_name_is_not_known_is_no_name(written: str) -> None:
    assert kinds.NAME.read(written) is None


@pytest.mark.parametrize("written", ["-Smith", "=Smith", "Sm1th", "a@b", "Smith|Jones", "Smith\x07", "<b>Smith</b>"])
def test_what_a_spreadsheet_would_run_or_nobody_is_called_is_refused(written: str) -> None:
    with pytest.raises(kinds.Bad) as bad:
        kinds.NAME.read(written)
    assert bad.value.code == "not_a_name"


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        (kinds.POSTCODE, "ZZ99 3VZ", None),
        (kinds.POSTCODE, "zz993cz", None),
        (kinds.POSTCODE, "ZZ99 1AA", "ZZ99 1AA"),
        (kinds.UPN, "UN1", None),
        (kinds.UPN, "un7", None),
        (kinds.NINO, "11a11111", None),
        (kinds.SEX, "1", "male"),
        (kinds.SEX, "2", "female"),
        (kinds.SEX, "0", None),
        (kinds.SEX, "9", None),
        (kinds.SEX, "U", None),
        (kinds.REFERENCE, "INC  2017 / 44", "INC 2017 / 44"),
    ],
)
def test_what_says_that_there_is_none_is_understood(kind: kinds.Kind, written: str, value: Any) -> None:
    assert kind.read(written) == value


@pytest.mark.parametrize("feed", FEEDS.values(), ids=list(FEEDS))
@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_no_cell_raises_anything_and_a_line_that_stands_lost_no_fact(feed: Any, data: st.DataObject) -> None:
    """Whatever stands in one cell, the line is refused, or says its facts as before, or what that cell says of them."""
    column = data.draw(st.sampled_from(feed.names))
    text = data.draw(st.text(max_size=12) | st.sampled_from(["Unknown", "UN1", "ZZ99 3VZ", "9", "31/31/2016"]))
    covers = feed.examples_cover
    usual = feed.read(2, feed.example_cells(), covers)
    line = feed.read(2, feed.example_cells({column: text}), covers)
    assert isinstance(usual, Line)
    if isinstance(line, Line) and line.warnings:
        assert {warning.column for warning in line.warnings} <= set(feed.names) | {""}
        assert line.facts == usual.facts and line.key == usual.key


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"postcode": "ZZ99"}, "postcode", "not_a_postcode"),
        ({"postcode": "ZZ٩٩ ٩ZZ"}, "postcode", "not_a_postcode"),
        ({"uprn": "9.99E+11"}, "uprn", "not_a_uprn"),
        ({"sex": "female?"}, "sex", "not_a_code"),
        ({"address_line": "=1+1"}, "address_line", "formula"),
        ({"carer_surname": "Ash"}, "carer_forename", "carer_incomplete"),
    ],
)
def test_a_bad_cell_that_no_fact_rests_on_is_left_out_and_told(
    town: Borough, cells: dict[str, str], column: str, code: str
) -> None:
    push = town.push(SCHOOL, attendance(**cells))
    assert (push["counts"]["recorded"], push["facts"]) == (1, 3)
    [line] = town.lines(push)
    assert line["errors"] == [] and line["outcome"] == "recorded"
    assert [(warning["column"], warning["code"]) for warning in line["warnings"]] == [(column, code)]
    [again] = town.lines(town.push(SCHOOL, attendance(**cells)))
    assert (again["outcome"], again["warnings"]) == ("unchanged", line["warnings"])


def test_a_bad_cell_that_a_fact_rests_on_is_never_left_out(town: Borough) -> None:
    """Without its last day a claim would go on for ever."""
    push = town.push(BENEFITS, claim(ended_on="soon"))
    [line] = town.lines(push)
    assert (line["outcome"], line["errors"][0]["code"], line["warnings"]) == ("refused", "not_a_date", [])


def test_lines_that_a_person_has_to_look_at_are_held_and_their_neighbours_are_not(town: Borough) -> None:
    rows = [
        attendance(date_of_birth="1957-05-17"),
        attendance(MAYA_UPN, forename="Unknown"),
        attendance(MAYA_UPN, term="spring", forename=""),
        attendance(postcode="ZZ99 3VZ", address_line="No fixed abode", uprn=""),
    ]
    push = town.push(SCHOOL, *rows, covers_to="2017-07-31")
    assert [(line["outcome"], [e["code"] for e in line["errors"]]) for line in town.lines(push)] == [
        ("held", ["age_not_plausible"]),
        ("held", ["person_not_named"]),
        ("held", ["person_not_named"]),
        ("recorded", []),
    ]


def test_a_key_under_which_all_is_new_but_the_number_is_held(town: Borough) -> None:
    """The number of a pupil is the key itself, and agrees with whomever the line names."""
    town.push(SCHOOL, attendance())
    renamed = town.push(SCHOOL, attendance(surname="Oakes"))
    assert renamed["counts"]["recorded"] == 1, "a child may take another surname"
    push = town.push(SCHOOL, attendance(forename="Gary", surname="Lomax", date_of_birth="2003-11-30"))
    assert town.lines(push)[0]["errors"][0]["code"] == "key_names_another_person" and push["facts"] == 0


def test_a_reference_with_spaces_is_a_key_like_any_other(town: Borough) -> None:
    town.push(POLICE, incident("INC 2017 44"))
    assert town.push(POLICE, incident("INC  2017  44"))["counts"]["unchanged"] == 1
