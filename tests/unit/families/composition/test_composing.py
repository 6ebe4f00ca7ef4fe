"""Who belongs together, from what records say. Days as in the borough: terms end, claims are told of in waves."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid5

from families.composition.carers import CarerWord, Someone
from families.composition.composing import Draft, Elsewhere, compose
from families.composition.residence import ResidenceStatement

SCHOOL, BENEFITS, POLICE = "school_attendance", "benefits", "anti_social_behaviour"
MILL, QUAY, HILL, REFUGE, HMO = "mill-street-4", "quay-road-9", "hill-lane-2", "haven", "station-house"
KINDS = {REFUGE: "refuge", HMO: "hmo"}
AUTUMN, SPRING, SUMMER = date(2016, 12, 31), date(2017, 3, 31), date(2017, 7, 31)
WAVE0, WAVE1, WAVE2 = date(2017, 8, 31), date(2017, 12, 31), date(2018, 3, 31)
LATER = date(2019, 12, 31)


def named(name: str) -> UUID:
    return uuid5(UUID(int=0), name)


def at(feed: str, address: str, first: date, last: date = LATER) -> ResidenceStatement:
    return ResidenceStatement(feed, address, first, last, "thornbury")


def someone(
    name: str, born: int, *said: ResidenceStatement, protections: tuple[tuple[date, date | None], ...] = ()
) -> Someone:
    forename, _, surname = name.partition(" ")
    return Someone(
        named(name), date(born, 5, 17), frozenset({(forename, surname)}), said, protections, pupil=born > 2000
    )


def carer(child: str, name: str, on: date = AUTUMN, together: bool = True) -> CarerWord:
    forename, _, surname = name.partition(" ")
    return CarerWord(named(child), forename, surname, together, on)


def members(draft: Draft, on: date) -> set[UUID]:
    return {s.person for s in draft.spells if s.from_on <= on and (s.to_on is None or s.to_on >= on)}


def families(drafts: list[Draft], on: date) -> list[set[UUID]]:
    return sorted((m for d in drafts if (m := members(d, on))), key=lambda m: sorted(m))


def these(*names: str) -> set[UUID]:
    return {named(name) for name in names}


MIA = someone("Mia Ash", 2008, at(SCHOOL, MILL, AUTUMN))
LEO = someone("Leo Ash", 2010, at(SCHOOL, MILL, AUTUMN))
ROSE = someone("Rose Ash", 1980, at(BENEFITS, MILL, WAVE0))
NED = someone("Ned Elm", 1979, at(BENEFITS, MILL, WAVE0))
HOME = [MIA, LEO, ROSE, NED]
CARED_FOR = [carer("Mia Ash", "Rose Ash"), carer("Leo Ash", "Rosie Ash")]


def test_children_and_the_adults_who_live_with_them_are_one_family() -> None:
    (family,) = compose(HOME, CARED_FOR)
    assert members(family, WAVE0) == these("Mia Ash", "Leo Ash", "Rose Ash", "Ned Elm")
    assert {s.role for s in family.spells if s.person in these("Mia Ash", "Leo Ash")} == {"child"}
    assert family.composed_on == AUTUMN and family.area == "thornbury"


def test_adults_without_children_are_no_family() -> None:
    assert compose([ROSE, NED]) == []


def test_two_homes_are_two_families() -> None:
    neighbour = someone("Zoe Oak", 2009, at(SCHOOL, QUAY, AUTUMN))
    assert len(compose([*HOME, neighbour], CARED_FOR)) == 2


def test_a_family_that_moves_together_stays_one_family() -> None:
    moved = [
        someone("Mia Ash", 2008, at(SCHOOL, MILL, AUTUMN, WAVE1), at(SCHOOL, QUAY, WAVE2)),
        someone("Leo Ash", 2010, at(SCHOOL, MILL, AUTUMN, WAVE1), at(SCHOOL, QUAY, WAVE2)),
        someone("Rose Ash", 1980, at(BENEFITS, MILL, WAVE0, WAVE1), at(BENEFITS, QUAY, WAVE2)),
        someone("Ned Elm", 1979, at(BENEFITS, MILL, WAVE0)),
    ]
    (family,) = compose(moved, CARED_FOR)
    assert family.home == QUAY
    assert members(family, LATER) == these("Mia Ash", "Leo Ash", "Rose Ash", "Ned Elm"), "a stale address ends nothing"


def test_adults_whose_move_is_heard_of_before_the_childrens_never_left() -> None:
    ahead = [
        MIA,
        someone("Rose Ash", 1980, at(BENEFITS, MILL, WAVE0, WAVE1), at(BENEFITS, QUAY, WAVE2)),
        someone("Ned Elm", 1979, at(BENEFITS, MILL, WAVE0, WAVE1), at(BENEFITS, QUAY, WAVE2)),
    ]
    (family,) = compose(ahead, CARED_FOR[:1])
    assert members(family, LATER) == these("Mia Ash", "Rose Ash", "Ned Elm")
    caught_up = [someone("Mia Ash", 2008, at(SCHOOL, MILL, AUTUMN, WAVE2), at(SCHOOL, QUAY, LATER)), *ahead[1:]]
    (family,) = compose(caught_up, CARED_FOR[:1])
    assert members(family, LATER) == these("Mia Ash", "Rose Ash", "Ned Elm") and family.home == QUAY


def test_a_partner_who_goes_ahead_of_everybody_is_back_without_a_gap() -> None:
    (family,) = compose(
        [
            someone("Mia Ash", 2008, at(SCHOOL, MILL, AUTUMN, WAVE2), at(SCHOOL, QUAY, LATER)),
            someone("Ned Elm", 1979, at(BENEFITS, MILL, WAVE0, WAVE1), at(BENEFITS, QUAY, WAVE2)),
        ]
    )
    assert [(s.from_on, s.to_on) for s in family.spells if s.person == named("Ned Elm")] == [(WAVE0, None)]


def test_a_partner_leaves_when_he_states_another_address() -> None:
    gone = someone("Ned Elm", 1979, at(BENEFITS, MILL, WAVE0, WAVE1), at(BENEFITS, HILL, WAVE2))
    (family,) = compose([MIA, ROSE, gone], CARED_FOR[:1])
    assert named("Ned Elm") in members(family, WAVE1)
    assert members(family, WAVE2) == these("Mia Ash", "Rose Ash")


def test_a_partner_whom_a_record_named_once_as_carer_still_leaves() -> None:
    gone = someone("Ned Elm", 1979, at(BENEFITS, MILL, WAVE0, WAVE1), at(BENEFITS, HILL, WAVE2))
    said = [carer("Mia Ash", "Ned Elm", AUTUMN), carer("Mia Ash", "Rose Ash", WAVE1)]
    (family,) = compose([MIA, ROSE, gone], said)
    assert members(family, WAVE2) == these("Mia Ash", "Rose Ash")


def test_a_partner_who_moves_in_joins_on_the_day_it_is_stated() -> None:
    come = someone("Ned Elm", 1979, at(BENEFITS, HILL, WAVE0, WAVE1), at(BENEFITS, MILL, WAVE2))
    (family,) = compose([MIA, ROSE, come], CARED_FOR[:1])
    assert members(family, WAVE1) == these("Mia Ash", "Rose Ash")
    assert members(family, WAVE2) == these("Mia Ash", "Rose Ash", "Ned Elm")


def test_an_old_address_with_the_police_moves_nobody() -> None:
    ned = someone("Ned Elm", 1979, at(BENEFITS, MILL, WAVE0), at(POLICE, HILL, date(2018, 1, 5), date(2018, 1, 5)))
    (family,) = compose([MIA, ned])
    assert members(family, LATER) == these("Mia Ash", "Ned Elm")


def test_who_is_known_to_the_police_alone_lives_where_they_say() -> None:
    ned = someone("Ned Elm", 1979, at(POLICE, MILL, date(2017, 2, 1), date(2017, 2, 1)))
    (family,) = compose([MIA, ned])
    assert members(family, LATER) == these("Mia Ash", "Ned Elm")


def test_benefits_are_believed_before_the_police() -> None:
    ned = someone("Ned Elm", 1979, at(POLICE, HILL, date(2017, 2, 1), date(2017, 2, 1)), at(BENEFITS, MILL, WAVE0))
    (family,) = compose([MIA, ned])
    assert members(family, WAVE0) == these("Mia Ash", "Ned Elm")


def test_new_tenants_at_an_old_address_never_join_the_former_family() -> None:
    gone = [
        someone("Mia Ash", 2008, at(SCHOOL, MILL, AUTUMN, WAVE1), at(SCHOOL, QUAY, WAVE2)),
        someone("Rose Ash", 1980, at(BENEFITS, MILL, WAVE0)),
    ]
    new = [
        someone("Zoe Oak", 2009, at(SCHOOL, HILL, AUTUMN, WAVE1), at(SCHOOL, MILL, WAVE2)),
        someone("Ivy Oak", 1983, at(BENEFITS, HILL, WAVE0, WAVE1), at(BENEFITS, MILL, WAVE2)),
    ]
    drafts = compose([*gone, *new], [carer("Mia Ash", "Rose Ash"), carer("Zoe Oak", "Ivy Oak")])
    assert families(drafts, LATER) == sorted([these("Mia Ash", "Rose Ash"), these("Zoe Oak", "Ivy Oak")], key=sorted)


def test_new_tenants_who_were_never_heard_of_before_are_a_family_of_their_own() -> None:
    gone = [
        someone("Mia Ash", 2008, at(SCHOOL, MILL, AUTUMN, WAVE2), at(SCHOOL, QUAY, LATER)),
        someone("Rose Ash", 1980, at(BENEFITS, MILL, WAVE0)),
    ]
    new = [
        someone("Zoe Oak", 2009, at(SCHOOL, MILL, WAVE2)),
        someone("Ivy Oak", 1983, at(BENEFITS, MILL, WAVE1)),
        someone("Sam Oak", 1982, at(BENEFITS, MILL, WAVE1)),
    ]
    drafts = compose([*gone, *new], [carer("Mia Ash", "Rose Ash"), carer("Zoe Oak", "Ivy Oak", WAVE2)])
    expected = [these("Mia Ash", "Rose Ash"), these("Zoe Oak", "Ivy Oak", "Sam Oak")]
    assert families(drafts, LATER) == sorted(expected, key=sorted)


def test_a_younger_child_who_comes_to_school_later_joins_its_family() -> None:
    pip = someone("Pip Ash", 2013, at(SCHOOL, MILL, LATER))
    (family,) = compose([*HOME, pip], [*CARED_FOR, carer("Pip Ash", "Rose Ash", LATER)])
    assert named("Pip Ash") in members(family, LATER)


def test_under_one_shared_roof_only_a_carers_name_makes_a_family() -> None:
    people = [
        someone("Mia Ash", 2008, at(SCHOOL, HMO, AUTUMN)),
        someone("Leo Ash", 2010, at(SCHOOL, HMO, AUTUMN)),
        someone("Rose Ash", 1980, at(BENEFITS, HMO, WAVE0)),
        someone("Zoe Oak", 2009, at(SCHOOL, HMO, AUTUMN)),
        someone("Ivy Oak", 1983, at(BENEFITS, HMO, WAVE0)),
        someone("Max Fir", 1985, at(BENEFITS, HMO, WAVE0)),
    ]
    drafts = compose(people, [*CARED_FOR, carer("Zoe Oak", "Ivy Oak")], KINDS)
    expected = [these("Mia Ash", "Leo Ash", "Rose Ash"), these("Zoe Oak", "Ivy Oak")]
    assert families(drafts, WAVE0) == sorted(expected, key=sorted)


def of_one_name(number: int, name: str, born: int, *said: ResidenceStatement) -> Someone:
    return replace(someone(name, born, *said), root=named(f"{name} {number}"))


def test_where_two_mothers_of_one_name_share_a_roof_no_child_is_given_to_either() -> None:
    people = [
        someone("Mia Ash", 2008, at(SCHOOL, HMO, AUTUMN)),
        someone("Leo Ash", 2010, at(SCHOOL, HMO, AUTUMN)),
        of_one_name(1, "Rose Ash", 1980, at(BENEFITS, HMO, WAVE0)),
        of_one_name(2, "Rose Ash", 1991, at(POLICE, HMO, WAVE0)),
    ]
    words = [carer("Mia Ash", "Rose Ash"), carer("Leo Ash", "Rose Ash")]
    assert compose(people, words, KINDS) == []
    ordinary_house = [replace(p, statements=tuple(replace(s, address=MILL) for s in p.statements)) for p in people]
    assert len(compose(ordinary_house, words, KINDS)) == 1
    two_refuges = [replace(p, statements=tuple(replace(s, address=REFUGE) for s in p.statements)) for p in people]
    assert compose(two_refuges, words, KINDS) == []


def test_a_mother_under_a_shared_roof_whose_records_are_not_linked_yet_keeps_her_children() -> None:
    people = [
        someone("Mia Ash", 2008, at(SCHOOL, HMO, AUTUMN)),
        of_one_name(1, "Rose Ash", 1980, at(BENEFITS, HMO, WAVE0)),
        of_one_name(2, "Rose Ash", 1981, at(POLICE, HMO, WAVE2)),
    ]
    (family,) = compose(people, [carer("Mia Ash", "Rose Ash")], KINDS)
    assert members(family, LATER) == {person.root for person in people}
    nobody_knows_when = [*people[:2], replace(people[2], born=None)]
    assert len(compose(nobody_knows_when, [carer("Mia Ash", "Rose Ash")], KINDS)) == 1


def test_a_namesake_who_moves_in_years_later_takes_no_child_away() -> None:
    people = [
        someone("Mia Ash", 2008, at(SCHOOL, HMO, AUTUMN)),
        of_one_name(1, "Rose Ash", 1980, at(BENEFITS, HMO, WAVE0)),
        someone("Leo Ash", 2010, at(SCHOOL, HMO, date(2018, 12, 31))),
        of_one_name(2, "Rose Ash", 1991, at(BENEFITS, HMO, date(2018, 12, 31))),
    ]
    (family,) = compose(people, [carer("Mia Ash", "Rose Ash"), carer("Leo Ash", "Rose Ash", LATER)], KINDS)
    assert members(family, LATER) == {named("Mia Ash"), people[1].root}, "and whose Leo is, records cannot tell"


def test_of_two_like_names_under_one_roof_the_one_that_is_spelt_so_is_meant() -> None:
    people = [
        someone("Mia Ash", 2008, at(SCHOOL, HMO, AUTUMN)),
        someone("Leo Ash", 2010, at(SCHOOL, HMO, AUTUMN)),
        someone("Rose Ash", 1980, at(BENEFITS, HMO, WAVE0)),
        someone("Rosie Ash", 1991, at(BENEFITS, HMO, WAVE0)),
    ]
    drafts = compose(people, CARED_FOR, KINDS)
    assert families(drafts, WAVE0) == sorted([these("Mia Ash", "Rose Ash"), these("Leo Ash", "Rosie Ash")], key=sorted)


def test_a_mother_who_came_with_her_children_stays_theirs_where_another_bears_her_name() -> None:
    mother = of_one_name(1, "Rose Ash", 1980, at(BENEFITS, MILL, AUTUMN, AUTUMN), at(BENEFITS, HMO, WAVE0))
    people = [
        someone("Mia Ash", 2008, at(SCHOOL, MILL, AUTUMN, AUTUMN), at(SCHOOL, HMO, WAVE0)),
        someone("Leo Ash", 2010, at(SCHOOL, MILL, AUTUMN, AUTUMN), at(SCHOOL, HMO, WAVE0)),
        mother,
        of_one_name(2, "Rose Ash", 1991, at(BENEFITS, HMO, AUTUMN)),
    ]
    (family,) = compose(people, CARED_FOR, KINDS)
    assert members(family, LATER) == {*these("Mia Ash", "Leo Ash"), mother.root}


def test_a_mother_who_flees_and_her_children_are_a_family_apart() -> None:
    protected = ((date(2018, 2, 12), None),)
    people = [
        someone("Mia Ash", 2008, at(SCHOOL, MILL, AUTUMN, WAVE1), at(SCHOOL, REFUGE, WAVE2), protections=protected),
        someone("Leo Ash", 2010, at(SCHOOL, MILL, AUTUMN, WAVE1), at(SCHOOL, REFUGE, WAVE2), protections=protected),
        someone("Rose Ash", 1980, at(BENEFITS, MILL, WAVE0), at(BENEFITS, REFUGE, WAVE2), protections=protected),
        NED,
    ]
    before, apart = sorted(compose(people, CARED_FOR, KINDS), key=lambda d: d.composed_on)
    assert members(before, WAVE1) == these("Mia Ash", "Leo Ash", "Rose Ash", "Ned Elm")
    assert members(before, date(2018, 2, 12)) == these("Ned Elm") and not before.protected
    assert members(apart, date(2018, 2, 12)) == these("Mia Ash", "Leo Ash", "Rose Ash")
    assert apart.protected and apart.area is None


def test_a_refuge_parts_them_even_before_a_protection_is_heard_of() -> None:
    people = [
        someone("Mia Ash", 2008, at(SCHOOL, MILL, AUTUMN, WAVE1), at(SCHOOL, REFUGE, WAVE2)),
        someone("Rose Ash", 1980, at(BENEFITS, MILL, WAVE0), at(BENEFITS, REFUGE, WAVE2)),
        NED,
    ]
    before, apart = sorted(compose(people, CARED_FOR[:1], KINDS), key=lambda d: d.composed_on)
    assert members(before, WAVE2) == these("Ned Elm")
    assert members(apart, WAVE2) == these("Mia Ash", "Rose Ash") and apart.protected


def test_mothers_at_one_refuge_are_separate_families() -> None:
    people = [
        someone("Mia Ash", 2008, at(SCHOOL, REFUGE, AUTUMN)),
        someone("Rose Ash", 1980, at(BENEFITS, REFUGE, WAVE0)),
        someone("Zoe Oak", 2009, at(SCHOOL, REFUGE, AUTUMN)),
        someone("Ivy Oak", 1983, at(BENEFITS, REFUGE, WAVE0)),
    ]
    drafts = compose(people, [carer("Mia Ash", "Rose Ash"), carer("Zoe Oak", "Ivy Oak")], KINDS)
    assert families(drafts, WAVE0) == sorted([these("Mia Ash", "Rose Ash"), these("Zoe Oak", "Ivy Oak")], key=sorted)


def test_a_parent_who_lives_elsewhere_is_known_as_such() -> None:
    father = someone("Dan Yew", 1978, at(BENEFITS, HILL, WAVE0))
    (family,) = compose([MIA, ROSE, father], CARED_FOR[:1], {}, [Elsewhere(MIA.root, father.root, AUTUMN)])
    roles = {s.role for s in family.spells if s.person == father.root}
    assert roles == {"non_resident_parent"}


def test_a_parent_elsewhere_is_never_a_home_member_of_that_family() -> None:
    father = someone("Dan Yew", 1978, at(BENEFITS, MILL, WAVE0))
    (family,) = compose([MIA, ROSE, father], CARED_FOR[:1], {}, [Elsewhere(MIA.root, father.root, AUTUMN)])
    assert {s.role for s in family.spells if s.person == father.root} == {"non_resident_parent"}


def test_the_order_in_which_people_are_handed_over_does_not_matter() -> None:
    one, other = compose(HOME, CARED_FOR), compose(HOME[::-1], CARED_FOR[::-1])
    assert [sorted(map(repr, d.spells)) for d in one] == [sorted(map(repr, d.spells)) for d in other]


def test_two_families_at_one_address_become_one_once_they_share_a_carer() -> None:
    people = [
        MIA,
        ROSE,
        someone("Zoe Oak", 2009, at(SCHOOL, HILL, AUTUMN, WAVE1), at(SCHOOL, MILL, WAVE2)),
        someone("Ivy Oak", 1983, at(BENEFITS, HILL, WAVE0, WAVE1), at(BENEFITS, MILL, WAVE2)),
    ]
    said = [carer("Mia Ash", "Rose Ash"), carer("Zoe Oak", "Ivy Oak"), carer("Zoe Oak", "Rose Ash", LATER)]
    drafts = compose(people, said)
    under_one_roof = [these("Mia Ash", "Rose Ash"), these("Zoe Oak", "Ivy Oak")]
    assert families(drafts, WAVE2) == sorted(under_one_roof, key=sorted)
    assert families(drafts, LATER) == [these("Mia Ash", "Rose Ash", "Zoe Oak", "Ivy Oak")]


def test_a_parent_found_to_live_elsewhere_leaves_the_home_on_the_day_from_which_it_was_said() -> None:
    father = someone("Dan Yew", 1978, at(BENEFITS, MILL, WAVE0))
    (family,) = compose([MIA, ROSE, father], CARED_FOR[:1], {}, [Elsewhere(MIA.root, father.root, WAVE2)])
    spells = {(s.role, s.from_on, s.to_on) for s in family.spells if s.person == father.root}
    assert spells == {("adult", WAVE0, date(2018, 3, 30)), ("non_resident_parent", WAVE2, None)}


def test_children_of_one_family_who_name_the_same_unknown_carer_are_hidden_together() -> None:
    fled = [
        someone("Mia Ash", 2008, at(SCHOOL, MILL, AUTUMN, WAVE1), at(SCHOOL, REFUGE, WAVE2)),
        someone("Leo Ash", 2010, at(SCHOOL, MILL, AUTUMN, WAVE1), at(SCHOOL, REFUGE, WAVE2)),
    ]
    assert families(compose(fled, CARED_FOR, KINDS), WAVE2) == [these("Mia Ash", "Leo Ash")]


def test_children_of_two_families_who_name_a_carer_alike_are_not() -> None:
    fled = [
        someone("Mia Ash", 2008, at(SCHOOL, MILL, AUTUMN, WAVE1), at(SCHOOL, REFUGE, WAVE2)),
        someone("Leo Ash", 2010, at(SCHOOL, QUAY, AUTUMN, WAVE1), at(SCHOOL, REFUGE, WAVE2)),
    ]
    drafts = compose(fled, CARED_FOR, KINDS)
    assert families(drafts, WAVE1) == sorted([these("Mia Ash"), these("Leo Ash")], key=sorted)
    assert families(drafts, WAVE2) == []


def test_once_a_protection_is_lifted_the_family_apart_has_an_area_again() -> None:
    protected = ((date(2018, 2, 12), date(2018, 9, 1)),)
    people = [
        someone("Mia Ash", 2008, at(SCHOOL, MILL, AUTUMN, WAVE1), at(SCHOOL, QUAY, WAVE2), protections=protected),
        someone("Rose Ash", 1980, at(BENEFITS, MILL, WAVE0, WAVE1), at(BENEFITS, QUAY, WAVE2), protections=protected),
        NED,
    ]
    before, apart = sorted(compose(people, CARED_FOR[:1], KINDS), key=lambda d: d.composed_on)
    assert members(apart, LATER) == these("Mia Ash", "Rose Ash") and members(before, LATER) == these("Ned Elm")
    assert apart.was_protected and not apart.protected
    assert (apart.home, apart.area) == (QUAY, "thornbury")


def test_a_protection_that_was_lifted_before_anything_was_said_hides_nobody() -> None:
    protected = ((date(2016, 1, 1), date(2016, 2, 1)),)
    mia = replace(MIA, protections=protected)
    (family,) = compose([mia, ROSE], CARED_FOR[:1])
    assert members(family, WAVE0) == these("Mia Ash", "Rose Ash")
    assert (family.protected, family.area, family.composed_on) == (False, "thornbury", AUTUMN)


def test_of_a_family_that_divides_the_part_with_a_carer_goes_on() -> None:
    people = [
        someone("Mia Ash", 2008, at(SCHOOL, MILL, AUTUMN, WAVE1), at(SCHOOL, QUAY, WAVE2)),
        someone("Leo Ash", 2010, at(SCHOOL, MILL, AUTUMN, WAVE1), at(SCHOOL, HILL, WAVE2)),
        someone("Rose Ash", 1980, at(BENEFITS, MILL, WAVE0, WAVE1), at(BENEFITS, HILL, WAVE2)),
    ]
    whole, part = sorted(compose(people, CARED_FOR), key=lambda d: d.composed_on)
    assert (whole.home, members(whole, LATER)) == (HILL, these("Leo Ash", "Rose Ash"))
    assert (part.home, part.composed_on, members(part, LATER)) == (QUAY, WAVE2, these("Mia Ash"))
    assert members(whole, date(2018, 3, 30)) == these("Mia Ash", "Leo Ash", "Rose Ash")


def test_a_child_who_goes_alone_leaves_the_family_with_who_stays() -> None:
    mia = someone("Mia Ash", 2008, at(SCHOOL, MILL, AUTUMN, WAVE1), at(SCHOOL, QUAY, WAVE2))
    stays, goes = sorted(compose([mia, LEO, ROSE], CARED_FOR), key=lambda d: d.composed_on)
    assert (stays.home, members(stays, LATER)) == (MILL, these("Leo Ash", "Rose Ash"))
    assert (goes.home, members(goes, LATER)) == (QUAY, these("Mia Ash"))


def parent_of_mia(drafts: list[Draft], parent: Someone) -> list[str]:
    """The homes of the families in which this parent is one who lives elsewhere."""
    return [d.home for d in drafts for s in d.spells if (s.person, s.role) == (parent.root, "non_resident_parent")]


def test_a_parent_elsewhere_is_one_in_the_childs_family_of_that_day_else_in_the_next() -> None:
    father = someone("Dan Yew", 1978, at(BENEFITS, HILL, WAVE0))
    mia = someone("Mia Ash", 2008, at(SCHOOL, MILL, AUTUMN, WAVE1), at(SCHOOL, QUAY, WAVE2))
    for since, home in ((date(2015, 1, 1), MILL), (WAVE1, MILL), (WAVE2, QUAY), (LATER, QUAY)):
        drafts = compose([mia, LEO, father], CARED_FOR, {}, [Elsewhere(mia.root, father.root, since)])
        assert parent_of_mia(drafts, father) == [home], since


def test_a_parent_elsewhere_is_never_one_in_a_family_that_fled() -> None:
    father = someone("Dan Yew", 1978, at(BENEFITS, HILL, WAVE0))
    fled = ((date(2018, 2, 12), None),)
    people = [replace(MIA, protections=fled), replace(ROSE, protections=fled), LEO, father]
    drafts = compose(people, CARED_FOR, {}, [Elsewhere(MIA.root, father.root, LATER)])
    assert {d.protected for d in drafts if MIA.root in d.present()} == {True}
    assert parent_of_mia(drafts, father) == [MILL]
