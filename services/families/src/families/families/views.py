"""What is shown of families: put together from what was read and what was shared, without the store."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from chassis.clock import today
from chassis.etag import etag, etag_of
from families.families.repository import KnownFamilies
from families.families.schemas import FamilySupportView, FamilyView, MembershipView, MemberView, MomentView
from families.models.families import Family, Membership
from families.people.views import best_name, full_name
from families.reach import OWN_SERVICE
from families.sharing import ADDRESS, IDENTITY, LOCATION, Access, Item, PermittedSharing, Subject, present_only
from families.support.views import SupportViewBuilder, latest_support_items, past_support_items

COMPOSED, HAND = "composed", "hand"
Wanted = dict[Subject, set[Item]]
"""What an answer draws on, person by person."""


def wanted_for_families(known: KnownFamilies, as_at: date) -> Wanted:
    """What `view_family` draws on: the names of who belongs on the day, and what is said of all of them."""
    wanted = _Wanted(known)
    for family in begun_families(known, as_at):
        of_all = latest_support_items(known.support, family.id, as_at)
        of_all |= {Item(LOCATION, OWN_SERVICE)} if family.area is not None else set()
        for root in present_roots(known, family, as_at):
            wanted.add(root, wanted.names_of(root) | wanted.days_of(root) | of_all)
        wanted.add_beginning(family)
    return wanted.by_subject


def wanted_for_support(known: KnownFamilies, as_at: date) -> Wanted:
    """What `view_support` draws on."""
    wanted = _Wanted(known)
    for family in begun_families(known, as_at):
        of_all = latest_support_items(known.support, family.id, as_at)
        for root in present_roots(known, family, as_at):
            wanted.add(root, of_all)
        wanted.add_beginning(family)
    return wanted.by_subject


def wanted_for_memberships(known: KnownFamilies, roots: Collection[UUID] | None = None) -> Wanted:
    """What `view_memberships` draws on; of some people only where `roots` names them."""
    wanted = _Wanted(known)
    for family in known.families:
        for membership in known.memberships.get(family.id, ()):
            root = known.root_of[membership.person]
            if roots is None or root in roots:
                wanted.add(root, wanted.names_of(root) | wanted.days_of(root))
    return wanted.by_subject


def wanted_for_timeline(known: KnownFamilies, as_at: date) -> Wanted:
    """What `view_timeline` draws on: who belonged up to the day, and each act up to it."""
    wanted = _Wanted(known)
    for family in begun_families(known, as_at):
        wanted.add_beginning(family)
        of_all = past_support_items(known.support, family.id, as_at)
        present = present_roots(known, family, as_at)
        for membership in known.memberships.get(family.id, ()):
            if membership.from_on <= as_at:
                root = known.root_of[membership.person]
                of_them = wanted.names_of(root) | wanted.days_of(root)
                wanted.add(root, of_them | (of_all if root in present else set()))
    return wanted.by_subject


class _Wanted:
    def __init__(self, known: KnownFamilies) -> None:
        self._known = known
        self.by_subject: Wanted = {}

    def add(self, root: UUID, items: Collection[Item]) -> None:
        if root not in self._known.met:
            return  # nothing of them is shown, so nothing is asked
        formerly = tuple(sorted(leaf for leaf in self._known.leaves_of[root] if leaf != root))
        self.by_subject.setdefault(Subject(root, formerly), set()).update(items)

    def add_beginning(self, family: Family) -> None:
        """Since when the family is one was found from where its first members were said to live."""
        for membership in first_memberships(self._known, family):
            root = self._known.root_of[membership.person]
            self.add(root, self.days_of(root))

    def names_of(self, root: UUID) -> set[Item]:
        return {Item(IDENTITY, name.source) for name in self._known.names.get(root, ())}

    def days_of(self, root: UUID) -> set[Item]:
        """Since when somebody belongs was found from where they were said to live."""
        return {Item(ADDRESS, source) for source in self._known.locators.get(root, ())}


def present_memberships(known: KnownFamilies, family: UUID, as_at: date) -> list[Membership]:
    """The stays in a family that hold on the day."""
    return [
        m for m in known.memberships.get(family, []) if m.from_on <= as_at and (m.to_on is None or m.to_on >= as_at)
    ]


def begun_on(known: KnownFamilies, family: Family) -> date:
    """Since when there is this family, as far as it shows in the people whom the caller meets.

    Its record keeps the day on which it began as it was first known. What was sent later may tell of days before that:
    a benefits file of March makes a family, and the schools' totals of the autumn come in April.
    """
    earlier = [m.from_on for m in _met_memberships(known, family) if m.how != HAND]
    return min([family.composed_on, *(earlier if family.origin == COMPOSED else [])])


def begun_families(known: KnownFamilies, as_at: date) -> list[Family]:
    """Those that may be there on the day: of the others nobody learns anything, so nothing is asked."""
    return [family for family in known.families if _earliest_told(known, family) <= as_at]


def _earliest_told(known: KnownFamilies, family: Family) -> date:
    """The day on which the family began; of one that was composed, by the year: see `FamilyViewBuilder.days`."""
    begun = begun_on(known, family)
    return beginning_of_year(begun) if family.origin == COMPOSED else begun


def first_memberships(known: KnownFamilies, family: Family) -> list[Membership]:
    """The stays with which a family began, of people whom the caller meets."""
    begun = begun_on(known, family)
    return [m for m in _met_memberships(known, family) if m.from_on == begun]


def _met_memberships(known: KnownFamilies, family: Family) -> list[Membership]:
    return [m for m in known.memberships.get(family.id, ()) if known.root_of[m.person] in known.met]


def present_roots(known: KnownFamilies, family: Family, as_at: date) -> set[UUID]:
    """Who belongs to a family on the day, or of a past day, on the first of its year: see `FamilyViewBuilder.days`.

    A family that is told by the year is there some days before it was composed. Then those count who began it, or what
    is said of all would be nobody's to withhold, and would go away on the day that nobody may know.
    """
    days = {as_at, beginning_of_year(as_at)} if as_at < today() else {as_at}
    days = {max(day, begun_on(known, family)) for day in days}
    return {known.root_of[m.person] for day in days for m in present_memberships(known, family.id, day)}


def beginning_of_year(day: date) -> date:
    return day.replace(month=1, day=1)


class FamilyViewBuilder:
    """One caller's view of what is known, as at a day."""

    def __init__(
        self,
        known: KnownFamilies,
        shared: PermittedSharing,
        as_programme: bool,
        as_at: date,
        late_after_days: int | None = None,
    ) -> None:
        self.known, self.shared, self.as_programme, self.as_at = known, shared, as_programme, as_at
        self._by_id = {family.id: family for family in known.families}
        self._support = SupportViewBuilder(known.support, self._all_permit, as_at, late_after_days)

    @property
    def families(self) -> list[Family]:
        """Those that are there on the day; one that is not composed yet is not shown, as if there were none."""
        return [f for f in begun_families(self.known, self.as_at) if self.composed_on(f) <= self.as_at]

    def view_family(self, family: Family, access: Access) -> FamilyView:
        view = FamilyView(
            id=family.id,
            composed_on=self.composed_on(family),
            members=self.view_members(family.id),
            support=self._support.view_support(family.id),
            access=access,
            etag="",
            **present_only(
                area=family.area if self._all_permit(family.id, LOCATION, OWN_SERVICE) else None,
                lead_professional=self._support.view_lead(family.id),
            ),
        )
        return view.model_copy(update={"etag": etag_of(view, but=("etag", "access"))})

    def view_support(self, family: Family) -> FamilySupportView:
        return FamilySupportView(
            family=family.id,
            support=self._support.view_support(family.id),
            **present_only(lead_professional=self._support.view_lead(family.id)),
        )

    def view_members(self, family: UUID) -> list[MemberView]:
        """Who belongs on the day; of several leaves of one person, one, from the earliest beginning."""
        together: dict[tuple[UUID, str], list[Membership]] = {}
        for membership in self.known.memberships.get(family, []):
            if self._is_there(membership):
                together.setdefault((self.known.root_of[membership.person], membership.role), []).append(membership)
        views = []
        for (root, role), rows in together.items():
            if self.sees(root):
                begins, ends = zip(*(self.days(m) for m in rows), strict=True)
                last = None if None in ends else max(day for day in ends if day)
                views.append(
                    MemberView(
                        person=root, role=role, from_=min(begins), to=last, **present_only(name=self.best_name(root))
                    )
                )
        return sorted(views, key=lambda view: (view.from_, view.person))

    def view_memberships(self, family: UUID) -> list[MembershipView]:
        """Every membership ever, by beginning."""
        return self._view_each(self.known.memberships.get(family, []))

    def _view_each(self, memberships: Iterable[Membership]) -> list[MembershipView]:
        rows = [m for m in memberships if self.sees(self.known.root_of[m.person])]
        views = []
        for m in rows:
            begins, ends = self.days(m)
            root = self.known.root_of[m.person]
            views.append(
                MembershipView(
                    id=m.id, person=root, role=m.role, from_=begins, to=ends, how=m.how, etag=etag(m.version),
                    **present_only(name=self.best_name(root)),
                )
            )  # fmt: skip
        return sorted(views, key=lambda view: (view.from_, view.id))

    def days(self, membership: Membership) -> tuple[date, date | None]:
        """Since when and until when, as far as it may be shown.

        Composition finds these days from what each source said of where somebody lives, so that all of those must
        permit it. Else they are told by the year. Example: from 12 February 2017 to 3 May 2018 is from 1 January 2017
        to 31 December 2018. What was stated by hand is no address.
        """
        if self._shows_days(membership):
            return membership.from_on, membership.to_on
        last = membership.to_on.replace(month=12, day=31) if membership.to_on else None
        # Nobody belongs to a family before there is one, and since when there is one is told anyway.
        first = max(beginning_of_year(membership.from_on), self.composed_on(self._by_id[membership.family]))
        return first, last if last and last < today() else None

    def composed_on(self, family: Family) -> date:
        """The day on which the first members began to belong; by the year, unless all of those whom the caller meets
        permit it."""
        first = first_memberships(self.known, family)
        exact = family.origin != COMPOSED or (bool(first) and all(self._shows_days(m) for m in first))
        begun = begun_on(self.known, family)
        return begun if exact else beginning_of_year(begun)

    def _shows_days(self, membership: Membership) -> bool:
        root = self.known.root_of[membership.person]
        return membership.how == HAND or (
            root in self.known.met
            and all(self.shared.permits(root, ADDRESS, source) for source in self.known.locators.get(root, ()))
        )

    def _is_there(self, membership: Membership) -> bool:
        """Whether a stay holds on the day; of whoever's days are told by the year, on the first of the past day's year.

        Otherwise who asks for one day after the other would find the day on which somebody came.
        """
        day = self._looked_at(membership)
        return self._has_begun(membership) and (membership.to_on is None or membership.to_on >= day)

    def _has_begun(self, membership: Membership) -> bool:
        return membership.from_on <= self._looked_at(membership)

    def _looked_at(self, membership: Membership) -> date:
        by_year = self.as_at < today() and not self._shows_days(membership)
        return beginning_of_year(self.as_at) if by_year else self.as_at

    def sees(self, root: UUID) -> bool:
        """Membership is the programme's own record; a partner meets only those whose identity it may know.

        Of whoever left this family, and is not to be found, nobody learns by it that they belonged to it.
        """
        return root in self.known.met and (
            self.as_programme
            or any(self.shared.permits(root, IDENTITY, name.source) for name in self.known.names.get(root, []))
        )

    def best_name(self, root: UUID) -> str | None:
        """The name as the most trusted of the shared sources wrote it last."""
        shown = [n for n in self.known.names.get(root, []) if self.shared.permits(root, IDENTITY, n.source)]
        best = best_name(shown)
        return full_name(best) if best else None

    def view_timeline(self, family: Family) -> list[MomentView]:
        moments = [MomentView(on=self.composed_on(family), kind="composed")]
        begun = [m for m in self.known.memberships.get(family.id, []) if self._has_begun(m)]
        for view in self._view_each(begun):
            moments.append(MomentView(on=view.from_, kind="joined", person=view.person, role=view.role))
            if view.to is not None:
                moments.append(MomentView(on=view.to, kind="left", person=view.person, role=view.role))
        moments += [MomentView(on=on, kind=kind) for on, kind in self._support.moments(family.id)]
        return sorted((m for m in moments if m.on <= self.as_at), key=lambda m: (m.on, m.kind, str(m.person)))

    def _all_permit(self, family: UUID, category: str, source: str) -> bool:
        """What is said of a family is said of each of its members: all must permit it."""
        roots = present_roots(self.known, self._by_id[family], self.as_at)
        return all(self.shared.permits(root, category, source) for root in roots)
