"""Families composed over time from what records say of residence, age and carers. Pure: no store, no clock.

The whole history of the people at hand is told anew from their statements, day by day; who calls compares it with
what is stored. So the result does not depend on the order in which pushes came.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from families.composition.carers import WORD_STILL_GOOD, Carers, CarerWord, Someone
from families.composition.names import plain, same_name
from families.composition.residence import find_stays
from vocabulary.premises import HIDING, ORDINARY

CHILD, ADULT, NON_RESIDENT_PARENT = "child", "adult", "non_resident_parent"
DAY = timedelta(days=1)
HIDDEN = "~"


@dataclass(frozen=True)
class Elsewhere:
    """It was decided that this parent of the child lives elsewhere, from a day on."""

    child: UUID
    parent: UUID
    since: date


@dataclass
class Spell:
    """Somebody belongs to a family in a role, both days inclusive; without `to_on`, still."""

    person: UUID
    role: str
    from_on: date
    to_on: date | None = None


@dataclass(eq=False)
class Draft:
    """A family as composed. `home` is an address key; `protected`: nobody may learn where, nor where from.

    `was_protected`: it began so, and stays apart from the family that its members came from even when it no longer is.
    """

    home: str
    spells: list[Spell] = field(default_factory=list)
    area: str | None = None
    protected: bool = False
    was_protected: bool = False

    @property
    def composed_on(self) -> date:
        return min(spell.from_on for spell in self.spells)

    def present(self) -> set[UUID]:
        return {spell.person for spell in self.spells if spell.to_on is None}

    def spell(self, person: UUID) -> Spell | None:
        return next((s for s in self.spells if s.person == person and s.to_on is None), None)


def compose(
    people: Sequence[Someone],
    carers: Iterable[CarerWord] = (),
    kinds: Mapping[str, str] | None = None,
    elsewhere: Iterable[Elsewhere] = (),
) -> list[Draft]:
    """Every family of these people, from the first day known to the last.

    Shape: `kinds` maps address keys to kinds of premises; those not listed are ordinary.
    """
    words: dict[UUID, list[CarerWord]] = {}
    for word in carers:
        words.setdefault(word.child, []).append(word)
    known = {someone.root for someone in people}
    apart = [pair for pair in elsewhere if pair.child in known and pair.parent in known]
    drafts: list[Draft] = []
    parents: dict[UUID, list[Elsewhere]] = {}
    for pair in apart:
        parents.setdefault(pair.child, []).append(pair)
    for some in _neighbourhoods(people, apart):
        neighbourhood = _Neighbourhood(
            some,
            {someone.root: words[someone.root] for someone in some if someone.root in words},
            kinds or {},
            [pair for someone in some for pair in parents.get(someone.root, ())],
        )
        drafts += neighbourhood.compose_families()
    return drafts


def is_hidden(location: str | None) -> bool:
    """Whether nobody may learn of a location: a protected person's, or a refuge."""
    return location is not None and location.startswith(HIDDEN)


class _Neighbourhood:
    """One neighbourhood's history. Each day: who moves, who leaves, which families move, who comes together.

    A day is looked at when somebody moves, a carer is named, or a parent is found to live elsewhere; between such days
    nothing can change.
    """

    def __init__(
        self,
        people: Sequence[Someone],
        words: Mapping[UUID, list[CarerWord]],
        kinds: Mapping[str, str],
        elsewhere: Sequence[Elsewhere],
    ) -> None:
        self.people = {someone.root: someone for someone in people}
        self.carers = Carers(self.people, words)
        self.kinds = kinds
        self.elsewhere = elsewhere
        self.drafts: list[Draft] = []
        # As at the day that is being looked at:
        self.family_of: dict[UUID, Draft] = {}
        self.former_family_of: dict[UUID, Draft] = {}  # the one that was left last
        self.location_of: dict[UUID, str] = {}
        self.arrived_on: dict[UUID, date] = {}  # at the present location
        self.carers_of: dict[UUID, set[UUID]] = {}  # the adults who are meant when a child's records name carers
        self.moved_to: dict[tuple[int, UUID], str] = {}  # where a person was when leaving a family (by its id())
        self.parted_pairs: set[tuple[UUID, UUID]] = set()  # child and parent who lives elsewhere
        # Of the whole history, also of days to come:
        self.last_location_of: dict[UUID, str] = {}
        self.first_day_at: dict[str, dict[UUID, date]] = {}  # by location, who was ever there

    def compose_families(self) -> list[Draft]:
        """Go through the days in their order. Shape: every family that ever had a member."""
        moves: dict[date, dict[UUID, str]] = {}
        for someone in self.people.values():
            for on, location in _locations(someone, self.kinds):
                moves.setdefault(on, {})[someone.root] = location
                self.last_location_of[someone.root] = location
                self.first_day_at.setdefault(location, {}).setdefault(someone.root, on)
        for said_on in self.carers.days():
            moves.setdefault(said_on, {})
        for pair in self.elsewhere:
            moves.setdefault(pair.since, {})
        for day in sorted(moves):
            self._live_day(day, moves[day])
        self._add_parents_elsewhere()
        for draft in self.drafts:
            self._settle_area(draft)
        return [draft for draft in self.drafts if draft.spells]

    def _live_day(self, day: date, movers: Mapping[UUID, str]) -> None:
        """Tell what happens on one day. The order matters, as these say:

        - Who is hidden from today leaves first, so that nothing later on this day connects them with their old home.
          Their carers are looked for before that, while the family that they flee from is still theirs.
        - Families move before adults are let go: Rose and Mia move on one day, so Rose has left nobody behind.
        - Only then do people come together, since by then everybody is where the day leaves them.
        """
        self.parted_pairs |= {(p.child, p.parent) for p in self.elsewhere if p.since <= day}
        before = {person: self.location_of.get(person) for person in movers}
        for person in movers:
            self.location_of[person] = movers[person]
            self.arrived_on[person] = day
        fleeing = [p for p in movers if is_hidden(movers[p]) and not is_hidden(before[p])]
        for person in fleeing:
            self._find_carers(person, day)
        for person in fleeing:
            self._leave_family(person, day)
        for child in sorted(self.people):
            if self._is_child(child, day):
                self._find_carers(child, day)
        self._move_families(movers, day)
        self._let_adults_go(movers, before, day)
        self._part_parents(day)
        self._gather_hidden(day)
        for location in sorted({at for at in self.location_of.values() if not is_hidden(at)}):
            if self.kinds.get(location, ORDINARY) == ORDINARY:
                self._gather_at_home(location, day)
            else:
                self._gather_at_communal_premises(location, day)

    # --- what is known of somebody

    def _is_child(self, person: UUID, day: date) -> bool:
        return self.people[person].is_child(day)

    def _children(self, draft: Draft, day: date) -> list[UUID]:
        """The children of a family who are there now.

        Once all of them are grown up it is those who joined as children: the family goes where they go, as before.
        """
        present = sorted(draft.present())
        return [p for p in present if self._is_child(p, day)] or [
            s.person for s in draft.spells if s.to_on is None and s.role == CHILD
        ]

    def _adults_at(self, location: str, day: date) -> list[UUID]:
        return [p for p in sorted(self.location_of) if self.location_of[p] == location and not self._is_child(p, day)]

    def _find_carers(self, child: UUID, day: date) -> None:
        """Find the adults whom a child's records name as its carers at its address, among those who can be meant.

        School names Mia's carer `Rose Ash`. At an ordinary address any adult so called can be meant who lives there, or
        is in Mia's family. In a shared house or hostel many live, so that a name alone must point at one person: see
        `Carers.clearly_meant`. Of somebody hidden nobody knows the address; there those can be meant who are hidden as
        well and belonged to the same family before.

        Who was found stays found while a word still means them, wherever they have moved since.
        """
        named = self.carers.named(child, day)
        linked = {adult for adult in self.carers_of.get(child, set()) if self.carers.mean(named, adult)}
        draft, location = self.family_of.get(child), self.location_of.get(child)
        candidates: set[UUID] = set(draft.present()) if draft else set()
        if location is not None and location != HIDDEN:
            candidates |= set(self._adults_at(location, day))
        if is_hidden(location):
            was = self.former_family_of.get(child) or draft
            candidates |= {
                p
                for p in self.location_of
                if is_hidden(self.location_of[p])
                and was is not None
                and was in (self.former_family_of.get(p), self.family_of.get(p))
            }
        own = linked | (draft.present() if draft else set())
        for word in named:
            meant = {a for a in candidates if not self._is_child(a, day) and word.means(self.people[a])}
            if self._among_strangers(child):
                clear = meant & own or self.carers.clearly_meant(word, self.first_day_at[self.location_of[child]], day)
                # And records of the same person that nobody has linked yet.
                meant = clear and {adult for adult in meant if self.carers.can_be_one({*clear, adult})}
            linked |= meant
        self.carers_of[child] = {adult for adult in linked if (child, adult) not in self.parted_pairs}

    def _among_strangers(self, person: UUID) -> bool:
        location = self.location_of.get(person)
        return is_hidden(location) or (location is not None and self.kinds.get(location, ORDINARY) != ORDINARY)

    def _cares_for(self, adult: UUID, draft: Draft, day: date) -> bool:
        return any(adult in self.carers_of.get(child, set()) for child in self._children(draft, day))

    def _is_carer_now(self, adult: UUID, draft: Draft, day: date) -> bool:
        """Whether the latest word on one of the children names this adult: who was named once before may have gone."""
        for child in self._children(draft, day):
            latest = self.carers.latest(child, day)
            if adult in self.carers_of.get(child, set()) and latest and self.carers.mean(latest, adult):
                return latest[0].same_address
        return False

    # --- coming and going

    def _join_family(self, person: UUID, draft: Draft, day: date) -> None:
        """Let somebody belong from a day on. Who left only yesterday had never left: there is no gap."""
        self.family_of[person] = draft
        for spell in draft.spells:
            if spell.person == person and spell.to_on is not None and spell.to_on >= day - DAY:
                spell.to_on = None
                return
        draft.spells.append(Spell(person, CHILD if self._is_child(person, day) else ADULT, day))

    def _leave_family(self, person: UUID, day: date) -> None:
        """Let somebody's membership end on the day before; one that would end before it began never was."""
        draft = self.family_of.pop(person, None)
        if draft is None:
            return
        self.former_family_of[person] = draft
        self.moved_to[id(draft), person] = self.location_of[person]
        spell = draft.spell(person)
        if spell is not None:
            spell.to_on = day - DAY
            if spell.to_on < spell.from_on:
                draft.spells.remove(spell)

    def _found_family(self, home: str, members: Iterable[UUID], day: date) -> Draft:
        draft = Draft(home, protected=is_hidden(home), was_protected=is_hidden(home))
        self.drafts.append(draft)
        for person in members:
            self._join_family(person, draft, day)
        return draft

    def _move_families(self, movers: Mapping[UUID, str], day: date) -> None:
        """Where its children go, a family goes; of a family that divides, the part with a carer goes on.

        Mia and Leo move from 4 Mill St to 9 Quay Rd: it is one family still, and lives there now, although Ned's last
        word says 4 Mill St. If Mia goes to 9 Quay Rd and Leo to 2 Hill Ln, where Rose is, then 2 Hill Ln is the
        family's home: most of its adults count first, then most of its children. Mia leaves it. If only Mia moves and
        Leo stays, the family stays with Leo.
        """
        for draft in [d for d in self.drafts if d.present()]:
            children = self._children(draft, day)
            if not any(child in movers for child in children):
                continue
            at = Counter(self.location_of[child] for child in children if child in self.location_of)
            if draft.home not in at:
                adults = [p for p in draft.present() if p not in children]
                draft.home = max(
                    sorted(at), key=lambda home: (sum(self.location_of.get(a) == home for a in adults), at[home])
                )
                self._bring_along(draft, day)
            for child in children:
                if child in movers and self.location_of[child] != draft.home:
                    self._leave_family(child, day)

    def _bring_along(self, draft: Draft, day: date) -> None:
        """Who had gone ahead to where the family now goes had never left it.

        Benefits say in January that Ned moved to 9 Quay Rd, so he left. School says in April that Mia did: Ned had only
        gone ahead, and his membership goes on as if it had never ended.
        """
        for person in sorted(self.location_of):
            if self.family_of.get(person) is None and self.moved_to.get((id(draft), person)) == draft.home:
                spells = [s for s in draft.spells if s.person == person]
                if spells and self.location_of[person] == draft.home:
                    max(spells, key=lambda s: s.from_on).to_on = None
                    self.family_of[person] = draft

    def _let_adults_go(self, movers: Mapping[UUID, str], before: Mapping[UUID, str | None], day: date) -> None:
        """An adult leaves on a changed statement to an address where neither the children nor a carer of theirs is.

        - Ned moves from 4 Mill St, where Mia is, to 2 Hill Ln: he leaves.
        - Rose moves, and is the carer whom the latest record names: she stays. School will tell of the common move
          later.
        - Ned moves to 9 Quay Rd, where Rose is, who cares for Mia: he stays, since the family is moving there.
        - Ned moved to 2 Hill Ln in May and stayed, since school named him as carer. Now it says that he lives
          elsewhere: he leaves, although he does not move today. See `_moved_as_carer`.

        Nobody leaves by a changed address where it, or the family's home, is hidden.
        """
        leaving: list[UUID] = []
        for person, draft in sorted(self.family_of.items()):
            at = self.location_of.get(person)
            if at is None or at == draft.home or self._is_child(person, day) or is_hidden(at) or is_hidden(draft.home):
                continue
            if self._is_carer_now(person, draft, day):
                continue
            # Or it is somebody who followed the children as their carer, and is not named any longer.
            if not (before[person] is not None if person in movers else self._moved_as_carer(person, draft)):
                continue
            ahead = any(
                other != person and self.location_of.get(other) == at and self._is_carer_now(other, draft, day)
                for other in draft.present()
            )
            if not ahead:
                leaving.append(person)
        for person in leaving:
            self._leave_family(person, day)

    def _moved_as_carer(self, person: UUID, draft: Draft) -> bool:
        """Whether this adult stated another address after joining, and stayed only as a carer."""
        spell = draft.spell(person)
        return (
            spell is not None
            and self.arrived_on[person] > spell.from_on
            and any(
                word.means(self.people[person]) and not word.same_address
                for child in draft.present()
                for word in self.carers.all_of(child)
            )
        )

    def _part_parents(self, day: date) -> None:
        """A parent who was found to live elsewhere leaves the child's family on the day from which that was said."""
        for child, parent in sorted(self.parted_pairs):
            draft = self.family_of.get(parent)
            if draft is not None and self.family_of.get(child) is draft:
                self._leave_family(parent, day)

    # --- coming together

    def _gather_at_home(self, location: str, day: date) -> None:
        """At an ordinary address, bring together who belongs together: all children first, then adults.

        1. Two families that share a carer become one.
        2. A child without a family joins the one that is there if it is theirs; all others found a family together.
        3. An adult without a family joins one of those: see `_family_for`. Adults alone are no family.
        """
        here = [p for p in sorted(self.location_of) if self.location_of[p] == location]
        families = [d for d in self.drafts if d.home == location and d.present()]
        self._unite_families(families, day)
        families = [d for d in families if d.present()]
        loose = [p for p in here if p not in self.family_of]
        pending: list[UUID] = []
        for child in [p for p in loose if self._is_child(p, day)]:
            if welcoming := next((d for d in families if self._belongs(child, d, day)), None):
                self._join_family(child, welcoming, day)
            else:
                pending.append(child)
        if pending:
            new = self._found_family(location, pending, day)
            self._call_carers_over(new, location, day)
            families.append(new)
        for adult in [p for p in loose if not self._is_child(p, day)]:
            if target := self._family_for(adult, families, day):
                self._join_family(adult, target, day)

    def _unite_families(self, families: list[Draft], day: date) -> None:
        """Two that live together and share a carer are one; two that only share a roof are not.

        Zoe Oak's mother Ivy moves in with Rose Ash and her children: two families at one address, each with its own
        carer. When school names Rose as Zoe's carer, Zoe's family becomes Rose's. The one composed first goes on.
        """
        for one in families:
            for other in families:
                if one is other or not one.present() or not other.present() or other.composed_on < one.composed_on:
                    continue
                children = [c for c in self._children(other, day) if self.location_of.get(c) == other.home]
                if any(self._shares_carer(child, one, day) for child in children):
                    for person in sorted(other.present()):
                        self._leave_family(person, day)
                        if self._may_live_with(person, one):
                            self._join_family(person, one, day)

    def _belongs(self, child: UUID, draft: Draft, day: date) -> bool:
        """Whether a child that appears at a family's address is theirs, and not the new tenants'.

        Pip Ash starts school from the address of Mia Ash. A common carer, or a common surname, makes him theirs. If
        Pip's records name no carer at all, he is theirs as long as somebody of the family is still said to live there
        that day. Zoe Oak, whose carer is Ivy Oak, is not: the Ashes moved out, and nobody has told us yet.
        """
        if self._shares_carer(child, draft, day) or self._shares_surname(child, draft, day):
            return True
        return not self.carers.named(child, day) and self._still_stated(draft, day, timedelta(0))

    def _shares_carer(self, child: UUID, draft: Draft, day: date) -> bool:
        """Whether a child's carer is an adult of the family, or is named as another of its children's carer is."""
        named = self.carers.named(child, day)
        adults = [p for p in draft.present() if not self._is_child(p, day) and not self._stays_behind(p, draft, day)]
        if any(adult in self.carers_of.get(child, set()) or self.carers.mean(named, adult) for adult in adults):
            return True
        theirs = [
            word for other in self._children(draft, day) if other != child for word in self.carers.named(other, day)
        ]
        return any(word.names_the_same_as(their) for word in named for their in theirs)

    def _stays_behind(self, adult: UUID, draft: Draft, day: date) -> bool:
        """Whether the family goes from its home for good in the end, and this adult, nobody's carer in it, does not."""
        children = self._children(draft, day)
        gone = all(self.last_location_of.get(child, draft.home) != draft.home for child in children)
        return gone and self.last_location_of.get(adult) == draft.home and not self._cares_for(adult, draft, day)

    def _shares_surname(self, child: UUID, draft: Draft, day: date) -> bool:
        own = {plain(surname) for _, surname in self.people[child].names}
        theirs = {
            plain(surname)
            for p in draft.present()
            if self._is_child(p, day) or not self._stays_behind(p, draft, day)
            for _, surname in self.people[p].names
        }
        return any(same_name(a, b) for a in own for b in theirs)

    def _still_stated(self, draft: Draft, day: date, grace: timedelta) -> bool:
        """Whether somebody of the family was last said to live at its home no longer ago than `grace`."""
        last = [s.last_on for p in draft.present() for s in self.people[p].statements if s.address == draft.home]
        return bool(last) and max(last) + grace >= day

    def _call_carers_over(self, new: Draft, location: str, day: date) -> None:
        """New tenants' parents may have come first, and been taken for the former tenants'.

        The Ashes moved out of 4 Mill St in March, which school tells in July. Ivy Oak moved in in April and joined the
        Ashes: there she was, an adult at their address. When Zoe Oak appears there with Ivy as her carer, Ivy's
        membership with the Ashes never was; she belongs to Zoe's family from April on. So does Sam, who came on Ivy's
        day and cares for no Ash.
        """
        carers = {adult for child in new.present() for adult in self.carers_of.get(child, set())}
        for adult in sorted(carers):
            draft = self.family_of.get(adult)
            if (
                draft is None
                or draft is new
                or self._cares_for(adult, draft, day)
                or self.location_of[adult] != location
            ):
                continue
            since = self.arrived_on[adult]
            along = [p for p in draft.present() if self.location_of.get(p) == location and self.arrived_on[p] == since
                     and not self._is_child(p, day) and not self._cares_for(p, draft, day)]  # fmt: skip
            if draft.composed_on < since:
                for person in sorted(along):
                    spell = draft.spell(person)
                    if spell is not None:
                        draft.spells.remove(spell)
                    self.family_of.pop(person)
                    self._join_family(person, new, since)

    def _family_for(self, adult: UUID, families: Sequence[Draft], day: date) -> Draft | None:
        """The family at this address that an adult belongs to, if any.

        That of a child whom the adult cares for; else the one composed last of those of whom a word is still good. Who
        comes to where a family was last heard of more than eight months ago does not join it: it will have gone.
        """
        able = [d for d in families if self._may_live_with(adult, d)]
        caring = [d for d in able if self._cares_for(adult, d, day)]
        current = [d for d in able if self._still_stated(d, self.arrived_on[adult], WORD_STILL_GOOD)]
        return next(iter(caring or sorted(current, key=lambda d: d.composed_on, reverse=True)), None)

    def _may_live_with(self, person: UUID, draft: Draft) -> bool:
        """Whether the family has no child of whom this person was found to be a parent living elsewhere."""
        return not any((child, person) in self.parted_pairs for child in draft.present())

    def _gather_at_communal_premises(self, location: str, day: date) -> None:
        """Under one roof with strangers, only a carer's name makes a family."""
        for child in [p for p in sorted(self.location_of) if self.location_of[p] == location]:
            if self._is_child(child, day):
                self._gather_by_carer(child, day, lambda other: self.location_of.get(other) == location)

    def _gather_hidden(self, day: date) -> None:
        for child in [p for p in sorted(self.location_of) if is_hidden(self.location_of[p])]:
            if self._is_child(child, day):
                self._gather_by_carer(child, day, lambda other: is_hidden(self.location_of.get(other)))

    def _gather_by_carer(self, child: UUID, day: date, together: Callable[[UUID], bool]) -> None:
        """Bring a child together with its carers and siblings there, where strangers live under one roof or are hidden.

        The child joins a family that a carer of its belongs to, or else a sibling; else it founds one with them. A
        child of whom no carer and no sibling is there stays without a family, since nothing tells whose it is.
        """
        carers = sorted(a for a in self.carers_of.get(child, set()) if together(a))
        draft = self.family_of.get(child)
        if draft is None:
            theirs = (self.family_of[a] for a in carers if a in self.family_of)
            draft = next((family for family in theirs if any_together(family, together)), None)
            draft = draft or self._siblings_family(child, day, together)
            if draft is not None:
                self._join_family(child, draft, day)
            elif carers or self._siblings(child, day, together):
                draft = self._found_family(self.location_of[child], [child], day)
        if draft is None:
            return
        for adult in carers:
            if adult not in self.family_of and self._may_live_with(adult, draft):
                self._join_family(adult, draft, day)

    def _siblings(self, child: UUID, day: date, together: Callable[[UUID], bool]) -> list[UUID]:
        """Children there who name the same carer, and come from the same family if from any."""
        named = self.carers.named(child, day)
        return [
            other
            for other in sorted(self.location_of)
            if other != child
            and together(other)
            and self._is_child(other, day)
            and (
                self.carers_of.get(child, set()) & self.carers_of.get(other, set())
                or self._named_the_same_carer(child, named, other, day)
            )
        ]

    def _named_the_same_carer(self, child: UUID, named: Sequence[CarerWord], other: UUID, day: date) -> bool:
        """Whether two children name one carer, though no adult could be found whom the name means.

        Mia and Leo, who came from one family, both name `Rose Ash`: that is one woman. Of two who come from no family
        we know, it may be two women of one name: they must be at the same address, and whoever fits either name there
        must be able to be one person.
        """
        family, at = self.former_family_of.get(child), self.location_of[child]
        if family is not self.former_family_of.get(other) or (family is None and at != self.location_of[other]):
            return False
        alike = [(a, b) for a in named for b in self.carers.named(other, day) if a.names_the_same_as(b)]
        if family is not None:
            return bool(alike)
        came = self.first_day_at[at]
        return any(
            self.carers.can_be_one(self.carers.fitting(a, came, day) | self.carers.fitting(b, came, day))
            for a, b in alike
        )

    def _siblings_family(self, child: UUID, day: date, together: Callable[[UUID], bool]) -> Draft | None:
        for other in self._siblings(child, day, together):
            draft = self.family_of.get(other)
            if draft is not None and any_together(draft, together):
                return draft
        return None

    # --- the end of the neighbourhood

    def _add_parents_elsewhere(self) -> None:
        """Give each parent who was found to live elsewhere that role in the child's family of that day.

        Where the child had none on that day, it is the first family after it, else the last before it. Hidden families
        are passed over, since a membership would lead from the one side of a separation to the other.
        """
        for pair in sorted(self.elsewhere, key=lambda p: (p.since, p.child, p.parent)):
            spells = [
                (draft, s) for draft in self.drafts if not draft.was_protected for s in draft.spells
                if s.person == pair.child
            ]  # fmt: skip
            covering = [d for d, s in spells if s.from_on <= pair.since and (s.to_on is None or s.to_on >= pair.since)]
            later = sorted(((s.from_on, d) for d, s in spells if s.from_on > pair.since), key=lambda x: x[0])
            draft = covering[0] if covering else later[0][1] if later else spells[-1][0] if spells else None
            if draft is None or any(s.person == pair.parent and s.role == NON_RESIDENT_PARENT for s in draft.spells):
                continue
            draft.spells.append(Spell(pair.parent, NON_RESIDENT_PARENT, pair.since))

    def _settle_area(self, draft: Draft) -> None:
        """Set the area, as the latest word of its members on its home tells; of a protected family none."""
        protected = is_hidden(draft.home) or any(is_hidden(self.location_of.get(p)) for p in draft.present())
        draft.protected = protected
        if protected:
            return
        said = [
            s for spell in draft.spells for s in self.people[spell.person].statements
            if s.address == draft.home and s.area
        ]  # fmt: skip
        if said:
            draft.area = max(said, key=lambda s: s.last_on).area


def any_together(draft: Draft, together: Callable[[UUID], bool]) -> bool:
    """Whether any of the family's members is where `together` looks."""
    return any(together(person) for person in draft.present())


def _locations(someone: Someone, kinds: Mapping[str, str]) -> list[tuple[date, str]]:
    """Where somebody is from which day on, in order; what a protection covers, and a refuge, is hidden.

    Rose lives at 4 Mill St, is protected from May to August, and at the refuge from June: 4 Mill St, hidden in May,
    hidden at the refuge from June on, also after August, since a refuge hides everybody. Shape: day and location; `~`
    stands for a hidden one, `~` and the address key for a refuge.
    """
    lived = find_stays(someone.statements)
    days = {stay.from_on for stay in lived}
    for since, lifted in someone.protections:
        days.add(since)
        if lifted is not None:
            days.add(lifted)
    found: list[tuple[date, str]] = []
    for day in sorted(days):
        at = next((stay.address for stay in reversed(lived) if stay.from_on <= day), None)
        if any(since <= day and (lifted is None or day < lifted) for since, lifted in someone.protections):
            location = HIDDEN
            if at is not None and kinds.get(at) in HIDING:
                location = HIDDEN + at
        elif at is None:
            continue
        else:
            location = HIDDEN + at if kinds.get(at) in HIDING else at
        if not found or found[-1][1] != location:
            found.append((day, location))
    return found


def _neighbourhoods(people: Sequence[Someone], elsewhere: Sequence[Elsewhere]) -> list[list[Someone]]:
    """People parted into those who have to do with each other: they were ever said to live at one address.

    So all who can come to be one family are looked at together, and nobody else. Also a child and a parent elsewhere.
    """
    head: dict[object, object] = {}

    def find_head(item: object) -> object:
        while head.setdefault(item, item) != item:
            head[item] = item = head[head[item]]
        return item

    for someone in people:
        find_head(someone.root)
        for statement in someone.statements:
            head[find_head(statement.address)] = find_head(someone.root)
    for pair in elsewhere:
        head[find_head(pair.child)] = find_head(pair.parent)
    groups: dict[object, list[Someone]] = {}
    for someone in sorted(people, key=lambda s: s.root):
        groups.setdefault(find_head(someone.root), []).append(someone)
    return list(groups.values())
