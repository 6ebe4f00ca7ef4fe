"""The borough keeps its promises: the same every time, errors within bounds, every story as told."""

import csv
import hashlib
import io
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations, pairwise
from random import Random

import pytest

from families.feeds.lines import Covers
from families.feeds.lines import Line as ReadLine
from families.feeds.registry import FEEDS
from sandbox import Borough, actors, export, identifiers, names, plots
from sandbox.borough import SMALLEST
from sandbox.calendar import IDENTIFIED_ON, STORY_BEGINS, STORY_ENDS, TERMS, WAVES, WINDOWS
from sandbox.feeds import SUPPLIES
from sandbox.model import ANTI_SOCIAL_BEHAVIOUR, BENEFITS, SCHOOL_ATTENDANCE, Expectation, Slip
from sandbox.rules import KnownThen
from sandbox.slips import mistyped_date, swapped, typo
from sandbox.supplying import Line
from sandbox.world import World

STORIES = {1, 2, 4, 6, 7, 8, 9, 10, 11, 15}


@pytest.fixture(scope="module")
def borough() -> Borough:
    return Borough.generate()


@pytest.fixture(scope="module")
def large() -> Borough:
    return Borough.generate(2_000, seed=7)


def lines(borough: Borough) -> Iterator[tuple[str, int, dict[str, str], Line]]:
    for wave in borough.waves:
        for push in wave.pushes:
            for line in push.lines():
                yield push.feed, wave.number, dict(zip(SUPPLIES[push.feed].columns, line.values, strict=True)), line


def promises(borough: Borough, kind: str) -> list[Expectation]:
    found = [expectation for expectation in borough.expected if expectation.kind == kind]
    assert found
    return found


def digest(borough: Borough) -> str:
    whole = hashlib.sha256()
    for wave in borough.waves:
        for push in wave.pushes:
            whole.update(push.csv)
    whole.update(repr(export.truth(borough)).encode())
    return whole.hexdigest()


# The same every time


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(borough: Borough) -> None:
    assert digest(Borough.generate()) == digest(borough)
    assert digest(Borough.generate(seed=2017)) != digest(borough)


def test_the_order_of_hashing_changes_nothing(borough: Borough) -> None:
    command = "from sandbox import Borough; print(*(p.csv for w in Borough.generate(80).waves for p in w.pushes))"
    told = {
        subprocess.run(
            [sys.executable, "-c", command], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_a_push_can_be_read_twice(borough: Borough) -> None:
    push = borough.waves[0].pushes[0]
    assert push.csv == push.csv


def test_a_borough_too_small_for_its_stories_is_refused() -> None:
    with pytest.raises(ValueError, match="every story"):
        Borough.generate(SMALLEST - 1)


def test_two_thousand_families_come_with_all_their_rows() -> None:
    borough = Borough.generate(2_000)
    rows = sum(push.csv.count(b"\n") for wave in borough.waves for push in wave.pushes)
    assert borough.truth.totals.paid > 200 and rows > 40_000


# What is pushed


def test_every_file_has_the_contracts_header_and_whole_rows(borough: Borough) -> None:
    for wave in borough.waves:
        for push in wave.pushes:
            rows = list(csv.reader(io.StringIO(push.csv.decode())))
            assert tuple(rows[0]) == SUPPLIES[push.feed].columns
            assert {len(row) for row in rows} == {len(SUPPLIES[push.feed].columns)}
            assert [tuple(row) for row in rows[1:]] == [line.values for line in push.lines()]


def test_a_supplier_sends_the_columns_that_its_feed_declares_and_its_key_first() -> None:
    assert set(SUPPLIES) == set(FEEDS)
    for name, supply in SUPPLIES.items():
        assert supply.columns == FEEDS[name].names
        assert supply.columns[: supply.key_length] == FEEDS[name].key
        assert FEEDS[name].scope in supply.client.scopes
        assert actors.sector_of(supply.client.service) == FEEDS[name].vocabulary.supplier


def test_keys_do_not_repeat_within_a_push_and_each_line_is_read_by_its_feeds_own_reader(borough: Borough) -> None:
    read: Counter[str] = Counter()
    for wave in borough.waves:
        for push in wave.pushes:
            feed, covers = FEEDS[push.feed], Covers(push.covers_from, push.covers_to)
            keys = [line.key for line in push.lines()]
            assert len(keys) == len(set(keys))
            for line in push.lines():
                found = feed.read(line.number, dict(zip(feed.names, line.values, strict=True)), covers)
                assert isinstance(found, ReadLine), (push.feed, line.values, found)
                read[push.feed] += 1
    assert all(read[name] > 0 for name in FEEDS)
    assert {row["sex"] for _, _, row, _ in lines(borough)} == {"female", "male"}


def test_a_push_holds_only_what_it_covers(borough: Borough) -> None:
    for wave in borough.waves:
        for push in wave.pushes:
            for line in push.lines():
                row = dict(zip(SUPPLIES[push.feed].columns, line.values, strict=True))
                if push.feed == ANTI_SOCIAL_BEHAVIOUR:
                    assert push.covers_from <= date.fromisoformat(row["occurred_on"]) <= push.covers_to
                for column in ("started_on", "ended_on", "work_started_on", "work_ended_on"):
                    assert not row.get(column) or date.fromisoformat(row[column]) <= push.covers_to


def test_attendance_comes_a_term_in_arrears_and_every_term_once(borough: Borough) -> None:
    assert [term for wave in WAVES for term in wave.terms] == [term.number for term in TERMS]
    for before, wave in pairwise(WAVES[:-1]):
        assert all(TERMS[term].opens <= before.covers_to < wave.covers_to for term in wave.terms)
        assert all(wave.pushed_on - TERMS[term].ends > timedelta(days=90) for term in wave.terms)


def test_the_police_are_silent_for_two_months_and_make_good_with_the_next_wave() -> None:
    assert WAVES[5].anti_social_behaviour[-1][1] == date(2019, 1, 31)
    assert WAVES[6].anti_social_behaviour[0] == (date(2019, 2, 1), date(2019, 3, 31))
    days = sum((last - first).days + 1 for wave in WAVES for first, last in wave.anti_social_behaviour)
    assert days == (STORY_ENDS - STORY_BEGINS).days + 1


def test_live_claims_are_sent_again_in_each_wave(borough: Borough) -> None:
    open_throughout = [claim for claim in borough.claims if claim.ended_on is None and claim.started_on < STORY_BEGINS]
    sent = Counter(line.key[0] for feed, _, _, line in lines(borough) if feed == BENEFITS)
    assert open_throughout and {sent[claim.ref] for claim in open_throughout} == {len(WAVES)}
    for claim in borough.claims:
        if claim.ended_on is None or claim.ended_on >= STORY_BEGINS:
            assert sent[claim.ref] > 0


# Identifiers


def test_identifiers_are_valid_and_belong_to_nobody(borough: Borough) -> None:
    assert identifiers.is_upn("B801200005001") and identifiers.is_upn("H801200001001")
    assert not identifiers.is_upn("A801200005001")
    for feed, _, row, _ in lines(borough):
        assert re.fullmatch(r"ZZ99 [1-4][A-Z]{2}", row.get("postcode", "ZZ99 1AA"))
        assert row.get("uprn", "") == "" or 999_000_000_000 < int(row.get("uprn", "")) <= 999_999_999_999
        if feed == SCHOOL_ATTENDANCE:
            assert identifiers.is_upn(row["upn"]) and row["upn"][1:4] == "000"
        if feed == BENEFITS:
            assert re.fullmatch(r"(MW\d{6}[A-D])?", row["nino"])


def test_identifiers_are_unique_at_scale(large: Borough) -> None:
    people = list(large.people.values())
    for found in (
        [p.upn for p in people if p.upn],
        [p.nino for p in people if p.nino],
        [p.uprn for p in large.all_premises],
    ):
        assert found and len(found) == len(set(found))


def test_flats_share_a_postcode_and_not_a_uprn(borough: Borough) -> None:
    buildings = defaultdict(set)
    for premises in borough.all_premises:
        if premises.address_line.startswith("Flat"):
            buildings[premises.address_line.split(", ")[1]].add((premises.postcode, premises.uprn))
    shared = [flats for flats in buildings.values() if len(flats) > 1]
    assert shared and all(len({postcode for postcode, _ in flats}) == 1 for flats in shared)


# People


def test_schoolchildren_stay_of_school_age_and_infants_are_in_no_feed(borough: Borough) -> None:
    infants = 0
    for person in borough.people.values():
        if person.id in borough.schooling:
            assert date(2003, 12, 31) < person.date_of_birth <= date(2011, 8, 31)
        elif person.date_of_birth.year >= 2015:
            infants += 1
            assert person.id not in borough.people_in_feeds
    assert infants


def test_who_shares_name_and_birthday_is_a_double_on_purpose(large: Borough) -> None:
    bearers = defaultdict(list)
    for person in large.people.values():
        bearers[person.forename, person.surname, person.date_of_birth].append(person.id)
    pairs = sorted(tuple(sorted(ids)) for ids in bearers.values() if len(ids) > 1)
    assert pairs == sorted(tuple(sorted(pair)) for pair in large.doubles) and len(pairs) == 8
    for one, other in pairs:
        lived_at = [{r.premises.uprn for r in large.people[each].residences} for each in (one, other)]
        assert not lived_at[0] & lived_at[1]
        assert large.people[one].nino != large.people[other].nino


def test_there_are_twins_sons_of_their_fathers_name_and_siblings_of_one_birthday(borough: Borough) -> None:
    found: Counter[str] = Counter()
    for family in borough.families.values():
        members = [borough.people[person] for person in family.people()]
        for one, other in combinations(members, 2):
            if one.date_of_birth == other.date_of_birth and one.surname == other.surname:
                found["twins"] += 1
            elif (one.forename, one.surname) == (other.forename, other.surname):
                found["namesakes"] += 1
            elif (one.date_of_birth.month, one.date_of_birth.day) == (
                other.date_of_birth.month,
                other.date_of_birth.day,
            ):
                found["birthday"] += bool(one.upn and other.upn)
    assert all(found[kind] >= 2 for kind in ("twins", "namesakes", "birthday")), found


def test_an_absent_fathers_name_is_borne_by_nobody_else(borough: Borough) -> None:
    bearers = Counter((person.forename, person.surname) for person in borough.people.values())
    fathers = [m.person for f in borough.families.values() for m in f.members if m.role == "non_resident_parent"]
    assert fathers
    for father in fathers:
        person = borough.people[father]
        assert bearers[person.forename, person.surname] == 1


# Errors


def share_a_route(one: dict[str, str], other: dict[str, str]) -> bool:
    """The four routes that every true pair of records is promised one of."""
    born = date.fromisoformat(one["date_of_birth"])
    other_born = date.fromisoformat(other["date_of_birth"])
    return (
        born == other_born
        or (
            swapped(born) == other_born and (one["forename"] == other["forename"] or one["surname"] == other["surname"])
        )
        or any(one.get(identifier) and one.get(identifier) == other.get(identifier) for identifier in ("upn", "nino"))
        or (one["uprn"] != "" and one["uprn"] == other["uprn"] and alike(one["forename"], other["forename"]))
    )


def alike(one: str, other: str) -> bool:
    return names.same_forename(one, other)


IDENTITY = ("forename", "surname", "date_of_birth", "uprn", "upn", "nino")


@pytest.mark.parametrize("seed", [2016, 3, 11])
def test_any_two_records_of_one_person_share_something(seed: int) -> None:
    records: dict[str, set[tuple[tuple[str, str], ...]]] = defaultdict(set)
    for _, _, row, line in lines(Borough.generate(1_000, seed)):
        records[line.person].add(tuple((column, row.get(column, "")) for column in IDENTITY))
    pairs = 0
    for written in records.values():
        for one, other in combinations(written, 2):
            pairs += 1
            assert share_a_route(dict(one), dict(other)), (one, other)
    assert pairs > 300


def test_no_record_has_more_than_two_errors(large: Borough) -> None:
    errors: Counter[int] = Counter()
    for feed, _, row, line in lines(large):
        person = large.people[line.person]
        lived = {str(residence.premises.uprn) for residence in person.residences}
        wrong = (
            ((row["forename"], row["surname"]) != (person.forename, person.surname))
            + (row["date_of_birth"] != person.date_of_birth.isoformat())
            + (row.get("uprn", "") not in lived and row.get("uprn", "") != "")
        )
        errors[wrong] += 1
        assert row["date_of_birth"] == person.date_of_birth.isoformat() or (
            alike(row["forename"], person.forename) and row.get("uprn", "") in lived
        )
        assert feed != SCHOOL_ATTENDANCE or row["upn"] == person.upn
    assert set(errors) == {0, 1, 2} and errors[2] < errors[1] < errors[0]


def test_every_kind_of_error_occurs(large: Borough) -> None:
    found: Counter[str] = Counter()
    for feed, _, row, line in lines(large):
        person = large.people[line.person]
        true_date = person.date_of_birth
        written_date = date.fromisoformat(row["date_of_birth"])
        found["swapped date"] += written_date != true_date and swapped(true_date) == written_date
        found["mistyped date"] += written_date not in (true_date, swapped(true_date))
        found["nickname"] += row["forename"] in names.NICKNAMES.get(person.forename, ())
        found["transliteration"] += row["forename"] in names.VARIANTS.get(person.forename, ())
        found["exchanged"] += (row["surname"], row["forename"]) == (person.forename, person.surname)
        if "-" in person.surname:
            first, second = person.surname.split("-")
            found["half a surname"] += row["surname"] in (first, second)
            found["reversed surname"] += row["surname"] == f"{second}-{first}"
        found["no nino"] += feed == BENEFITS and row["nino"] == ""
        found["no uprn"] += row.get("uprn", "") == ""
        lived = {str(residence.premises.uprn) for residence in person.residences}
        found["former premises"] += row.get("uprn", "") not in lived and row.get("uprn", "") != ""
    assert all(count > 0 for count in found.values()) and len(found) == 10, found


def test_a_correction_is_sent_as_one(large: Borough) -> None:
    by_claim: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for feed, _, row, line in lines(large):
        if feed == BENEFITS:
            by_claim[line.key[0]].append((row["forename"], row["surname"], row["date_of_birth"]))
    changed = [seen for seen in by_claim.values() if len(set(seen)) > 1]
    assert changed and all(len(set(seen)) == 2 for seen in changed)


def test_a_typing_error_is_one_letter(borough: Borough) -> None:
    from random import Random

    rng = Random(1)
    for name in ("Lee", "William", "Womersley", "Zoe"):
        for _ in range(200):
            written = typo(rng, name)
            assert written != name and written[0] == name[0] and abs(len(written) - len(name)) <= 1
    for _ in range(500):
        day = date(1980, 1, 1) + timedelta(days=rng.randrange(12_000))
        digits = mistyped_date(rng, day).isoformat()
        assert sum(a != b for a, b in zip(digits, day.isoformat(), strict=True)) == 1


def test_families_with_money_at_stake_can_be_put_together(borough: Borough) -> None:
    """A home carer who has a file elsewhere shares address and forename with some school record that names her."""
    named: dict[str, set[tuple[str, str]]] = defaultdict(set)
    own: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for feed, _, row, line in lines(borough):
        if feed == SCHOOL_ATTENDANCE and row["carer_same_address"] == "yes" and line.carer:
            named[line.carer].add((row["uprn"], row["carer_forename"]))
        else:
            own[line.person].add((row.get("uprn", ""), row["forename"]))
    checked = 0
    for due in borough.truth.families.values():
        if due.attached_on is None:
            continue
        for person in borough.families[due.family].people():
            if person in named and BENEFITS in borough.people[person].slips | {BENEFITS: Slip()} and own[person]:
                checked += 1
                assert any(
                    uprn == other and (alike(one, forename) or abs(len(one) - len(forename)) <= 1)
                    for uprn, one in named[person]
                    for other, forename in own[person]
                )
    assert checked > 30


# Whom records are about


def test_each_records_key_tells_whom_it_is_about(borough: Borough) -> None:
    book = borough.truth
    for wave in borough.waves:
        for push in wave.pushes:
            about = push.truth
            for line in push.lines():
                assert book.record_person(push.feed, line.key) == line.person == about[line.number][0]
                if push.feed == SCHOOL_ATTENDANCE:
                    assert book.record_carer(line.key) == line.carer
    with pytest.raises(KeyError):
        book.record_person(BENEFITS, ("JC99999999",))


def test_everybody_known_belongs_to_the_truth(borough: Borough) -> None:
    seen = {line.person for _, _, _, line in lines(borough)}
    assert seen <= set(borough.people) and seen <= borough.people_in_feeds


# Stories


def test_every_story_is_told_at_least_twice_in_the_smallest_borough() -> None:
    small = Borough.generate(SMALLEST)
    told = Counter(family.story for family in small.families.values())
    assert set(told) == STORIES | {0}
    assert all(count >= 2 for count in told.values())


@pytest.mark.parametrize(("families", "seed"), [(SMALLEST, 1), (SMALLEST, 2), (500, 2016), (500, 5), (2_000, 7)])
def test_what_the_stories_promise_is_what_the_rules_owe(families: int, seed: int) -> None:
    borough = Borough.generate(families, seed)
    due = borough.truth.families
    for promise in promises(borough, "paid"):
        mine = due[promise.family]
        assert (mine.window, mine.type) == (promise.window, promise.values[0]), promise
    for promise in promises(borough, "result_on"):
        assert str(due[promise.family].result_on) == promise.values[0], promise
    for promise in promises(borough, "never_paid"):
        assert due[promise.family].pence == 0, promise
    for promise in promises(borough, "never_attached"):
        assert due[promise.family].identified and due[promise.family].attached_on is None, promise


def test_story_1_three_needs_are_paid_only_when_the_third_terms_data_lands(borough: Borough) -> None:
    for due in (due for due in borough.truth.families.values() if due.story == 1):
        assert due.needs_when_attached == ("attendance", "crime_asb", "work") and due.attached_on
        assert borough.truth.known(due.family, 4).result(due.attached_on, date(2019, 1, 14)) is None
        assert due.window == 5


def test_story_2_the_clock_restarts_with_a_relapse(borough: Borough) -> None:
    dues = [due for due in borough.truth.families.values() if due.story == 2]
    assert {due.variant for due in dues} == {"anti_social_behaviour", "attendance", "early"}
    for due in dues:
        assert due.result_on and due.attached_on
        if due.variant == "attendance":
            continue
        offences = [
            incident.occurred_on
            for incident in borough.incidents
            for each in incident.involved
            if each.person in borough.families[due.family].people() and each.role == "suspect"
        ]
        assert due.attached_on < max(offences) < due.result_on
        assert (due.result_on - max(offences)).days >= 181


def test_story_4_work_with_a_short_gap_pays_and_with_a_long_one_does_not(borough: Borough) -> None:
    dues = [due for due in borough.truth.families.values() if due.story == 4]
    assert {(due.variant, due.type) for due in dues} == {
        ("gap_passes", "continuous_employment"),
        ("gap_fails", None),
    }


def test_story_7_needs_of_the_father_elsewhere_count_for_one(borough: Borough) -> None:
    for promise in promises(borough, "never_eligible"):
        every_day = [STORY_BEGINS + timedelta(days=n) for n in range((STORY_ENDS - STORY_BEGINS).days + 1)]
        known = borough.truth.known(promise.family, len(WAVES) - 1)
        assert not any(known.eligible(day) for day in every_day)
    two = [f for f in borough.families.values() if (f.story, f.variant) == (7, "two_of_his")]
    assert two
    for family in two:
        needs = borough.truth.known(family.id, 0).needs(IDENTIFIED_ON)
        assert needs.criteria == ("crime_asb", "work") and not needs.at_home


def test_story_7_the_school_names_both_the_mother_and_the_father_elsewhere(borough: Borough) -> None:
    homes: dict[str, set[str]] = defaultdict(set)
    children = {p: f.id for f in borough.families.values() if f.story in (1, 7) for p in f.people()}
    for feed, _, row, line in lines(borough):
        if feed == SCHOOL_ATTENDANCE and line.person in children:
            homes[children[line.person]].add(row["carer_same_address"])
    assert homes and set(map(frozenset, homes.values())) == {frozenset({"yes", "no"})}


def test_story_8_the_refuge_is_named_only_in_protected_peoples_own_records_and_only_after_the_protection(
    borough: Borough,
) -> None:
    protections = {act.family: act.on for act in borough.acts if act.kind == "protection_set"}
    by_number = {wave.number: wave for wave in borough.waves}
    for promise in promises(borough, "never_located"):
        uprn, address_line, postcode = promise.values
        shown = 0
        for _, number, row, line in lines(borough):
            if {uprn, address_line, postcode} & set(row.values()):
                shown += 1
                assert line.person in promise.people
                assert by_number[number].pushed_on > protections[promise.family]
        assert shown


def test_story_8_the_two_sides_are_two_families_and_claim_apart(borough: Borough) -> None:
    fled = [family for family in borough.families.values() if family.variant.endswith(":fled")]
    assert fled
    for hers in fled:
        his = next(f for f in borough.families.values() if f.separated_from == hers.separated_from and f.id != hers.id)
        assert not set(hers.people()) & set(his.people())
        since = hers.members[0].since
        assert not borough.truth.members(hers.separated_from, since)
        last = {line.key: row for feed, n, row, line in lines(borough) if feed == BENEFITS and n == 4}
        mine = {claim.ref for claim in borough.claims if claim.person in hers.people()}
        partners = {row["partner_claim_ref"] for (ref, _), row in last.items() if ref not in mine}
        assert not partners & mine


def test_story_9_several_families_live_at_one_communal_address(borough: Borough) -> None:
    at: dict[int, set[str]] = defaultdict(set)
    for family in borough.families.values():
        if family.story == 9:
            at[borough.people[family.members[0].person].premises_on(IDENTIFIED_ON).uprn].add(family.id)
    kinds = {premises.uprn: premises.kind for premises in borough.communal_premises}
    assert sorted((kinds[uprn], len(families)) for uprn, families in at.items()) == [("hmo", 4), ("refuge", 3)]
    assert set(kinds.values()) == {"refuge", "hmo", "hostel"}


def test_story_9_no_two_mothers_under_one_roof_bear_one_forename() -> None:
    """No record could tell whose the children are: a school names a carer by forename and surname only."""
    world, hmo = World(2016, 500), plots.under_one_roof("hmo", 4)
    for number in range(300):
        mothers = [home.carer for home in hmo(world, Random(number), "hmo")]
        for one, other in combinations(mothers, 2):
            assert not names.same_forename(one.forename, other.forename)


def test_story_10_a_claim_is_held_while_the_twins_are_one(borough: Borough) -> None:
    for promise in promises(borough, "held"):
        due = borough.truth.families[promise.family]
        assert promise.window == 5 and due.window == 6 and due.result_on == date(2018, 12, 31)
        kinds = [act.kind for act in borough.acts if act.people == promise.people]
        assert kinds == ["wrong_merge", "unmerge"]


def test_story_11_a_withdrawal_before_stops_the_claim_and_after_leaves_it(borough: Borough) -> None:
    for promise in promises(borough, "consent_withdrawn_but_paid"):
        family = borough.families[promise.family]
        paid_on = next(plan.claims_on for plan in WINDOWS if plan.number == promise.window)
        withdrawn = [consent.withdrawn_on for consent in family.consents if consent.purpose == "claim"]
        assert paid_on and all(day and day > paid_on for day in withdrawn)
        assert borough.truth.families[family.id].pence == 80_000
    before = [d for d in borough.truth.families.values() if (d.story, d.variant) == (11, "before_the_claim")]
    assert before and all(due.attached_on and not due.pence for due in before)


def test_story_15_nine_point_nine_stays_below_a_tenth(borough: Borough) -> None:
    families = [f for f in borough.families.values() if f.variant == "nine_point_nine"]
    assert families
    for family in families:
        shares = [
            sum(a + u for _, a, u in borough.schooling[p].sessions[n : n + 3])
            / sum(possible for possible, _, _ in borough.schooling[p].sessions[n : n + 3])
            for p in family.people()
            if p in borough.schooling
            for n in range(8)
        ]
        assert 0.0985 < max(shares) < 0.1


# What is owed


def test_totals_are_those_of_a_borough(borough: Borough) -> None:
    totals = borough.truth.totals
    assert 120 <= totals.identified <= 145
    assert 100 <= totals.attached <= 120
    assert 60 <= totals.paid <= 75
    assert totals.pence == 80_000 * totals.paid == sum(window.pence for window in totals.by_window)
    assert [window.window for window in totals.by_window] == [4, 5, 6, 7]
    assert all(window.claims for window in totals.by_window)


def test_the_first_years_fees_are_capped_and_the_years_add_up(borough: Borough) -> None:
    first, second = borough.truth.totals.fees
    assert (first.year, second.year) == ("2017/18", "2018/19")
    assert first.funded_places == first.target_so_far < first.attached_so_far
    assert first.funded_places + second.funded_places == second.attached_so_far < second.target_so_far
    assert first.pence == 100_000 * first.funded_places


def test_every_gate_that_was_passed_was_passed_by_an_eligible_family(borough: Borough) -> None:
    for family in borough.families.values():
        gate = family.support.gate_passed_on if family.support else None
        assert borough.truth.families[family.id].attached_on == gate
        if gate:
            assert date(2017, 9, 4) <= gate <= date(2018, 6, 30)


def test_the_days_tried_for_progress_miss_none(borough: Borough) -> None:
    """Trying every single day finds the same result as trying the days on which something changes."""

    def day_by_day(known: KnownThen, attached: date, asked_on: date) -> date | None:
        day = attached + timedelta(days=1)
        while day <= known.last_day:
            if known.all_met(attached, day, asked_on) and not known.contrary_after(attached, day, asked_on):
                return day
            day += timedelta(days=1)
        return None

    tried = 0
    for due in borough.truth.families.values():
        if due.attached_on and (due.story or tried < 20):
            tried += 1
            for plan in WINDOWS[2:3]:
                assert plan.claims_on
                known = borough.truth.known(due.family, plan.number)
                found = day_by_day(known, due.attached_on, plan.claims_on)
                result = known.result(due.attached_on, plan.claims_on)
                if result is None:
                    assert found is None
                elif result.type == "significant_and_sustained_progress":
                    assert found == result.on
                else:
                    assert found is None or result.on <= found
    assert tried >= 20


def test_a_family_is_paid_in_the_first_window_that_knows_enough(borough: Borough) -> None:
    looked_at = 0
    for due in borough.truth.families.values():
        if due.window and due.attached_on and due.story != 10:
            for plan in WINDOWS:
                if plan.number < due.window and plan.claims_on:
                    looked_at += 1
                    known = borough.truth.known(due.family, plan.number)
                    assert known.result(due.attached_on, plan.claims_on) is None
    assert looked_at


# Who acts


def test_twins_wrongly_merged_contradict_each_other_in_every_story(borough: Borough) -> None:
    """Two different registers of one child and term: what a service can see, and hold the claim for."""
    for promise in promises(borough, "held"):
        one, other = (borough.schooling[person].sessions for person in promise.people)
        assert any(a != b for a, b in zip(one[4:7], other[4:7], strict=True))


def test_acts_name_known_users_people_and_families(borough: Borough) -> None:
    users = {user.username for user in actors.USERS}
    for act in borough.acts:
        assert act.user in users and act.family in borough.families and set(act.people) <= set(borough.people)
        assert act.people and set(act.people) <= borough.people_in_feeds
    assert [act.on for act in borough.acts] == sorted(act.on for act in borough.acts)
    first, second = date(2017, 9, 30), date(2017, 10, 31)
    assert all(first < act.on <= second for act in borough.acts_between(first, second))


def test_actors_fit_together() -> None:
    services = {service.code for service in actors.SERVICES}
    assert {service.agency for service in actors.SERVICES} == {agency.code for agency in actors.AGENCIES}
    assert {user.service for user in actors.USERS} <= services
    assert {client.feed for client in actors.CLIENTS} == set(SUPPLIES)
    assert {client.service for client in actors.CLIENTS} <= services
    for agreement in actors.AGREEMENTS:
        assert agreement.supplier in services and agreement.recipient in services - {"childrens-social-care"}
        rested = [(term.purpose, term.category) for term in agreement.terms]
        assert len(rested) == len(set(rested))
        agencies = {service.code: service.agency for service in actors.SERVICES}
        signers = actors.signers_of(agreement)
        assert len({signer.username for signer in signers}) == 2
        assert [agencies[signer.service] for signer in signers] == [
            agencies[agreement.supplier], agencies[agreement.recipient],
        ]  # fmt: skip
    assert sum(agreement.signed_by == 1 for agreement in actors.AGREEMENTS) == 1


def test_the_borough_can_be_written_to_a_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("borough")
    small = Borough.generate(SMALLEST)
    written = export.write(small, folder)
    pushes = sum(len(wave.pushes) for wave in small.waves)
    assert len(written) == 2 * pushes + 2 and all(path.stat().st_size for path in written)
