"""What is shown of families: put together from what was read and what was shared, without the store."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from chassis.etag import etag
from families.families.repository import KnownFamilies
from families.families.schemas import FamilySupportView, FamilyView, MembershipView, MemberView, MomentView
from families.models.families import Family, Membership
from families.people.views import best_name, full_name
from families.reach import OWN_SERVICE
from families.sharing import IDENTITY, LOCATION, Access, Item, PermittedSharing, Subject, present_only
from families.support.views import SupportViewBuilder, latest_support_items, past_support_items

Wanted = dict[Subject, set[Item]]
"""What an answer draws on, person by person."""


def wanted_for_families(known: KnownFamilies, as_at: date) -> Wanted:
    """What `view_family` draws on: the names of who belongs on the day, and what is said of all of them."""
    wanted = _Wanted(known)
    for family in known.families:
        of_all = latest_support_items(known.support, family.id, as_at)
        of_all |= {Item(LOCATION, OWN_SERVICE)} if family.area is not None else set()
        for root in present_roots(known, family.id, as_at):
            wanted.add(root, wanted.names_of(root) | of_all)
    return wanted.by_subject


def wanted_for_support(known: KnownFamilies, as_at: date) -> Wanted:
    """What `view_support` draws on."""
    wanted = _Wanted(known)
    for family in known.families:
        of_all = latest_support_items(known.support, family.id, as_at)
        for root in present_roots(known, family.id, as_at):
            wanted.add(root, of_all)
    return wanted.by_subject


def wanted_for_memberships(known: KnownFamilies, roots: Collection[UUID] | None = None) -> Wanted:
    """What `view_memberships` draws on; of some people only where `roots` names them."""
    wanted = _Wanted(known)
    for family in known.families:
        for membership in known.memberships.get(family.id, ()):
            root = known.root_of[membership.person]
            if roots is None or root in roots:
                wanted.add(root, wanted.names_of(root))
    return wanted.by_subject


def wanted_for_timeline(known: KnownFamilies, as_at: date) -> Wanted:
    """What `view_timeline` draws on: who belonged up to the day, and each act up to it."""
    wanted = _Wanted(known)
    for family in known.families:
        of_all = past_support_items(known.support, family.id, as_at)
        present = present_roots(known, family.id, as_at)
        for membership in known.memberships.get(family.id, ()):
            if membership.from_on <= as_at:
                root = known.root_of[membership.person]
                wanted.add(root, wanted.names_of(root) | (of_all if root in present else set()))
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

    def names_of(self, root: UUID) -> set[Item]:
        return {Item(IDENTITY, name.source) for name in self._known.names.get(root, ())}


def present_memberships(known: KnownFamilies, family: UUID, as_at: date) -> list[Membership]:
    """The stays in a family that hold on the day."""
    return [
        m for m in known.memberships.get(family, []) if m.from_on <= as_at and (m.to_on is None or m.to_on >= as_at)
    ]


def present_roots(known: KnownFamilies, family: UUID, as_at: date) -> set[UUID]:
    """Who belongs to a family on the day."""
    return {known.root_of[m.person] for m in present_memberships(known, family, as_at)}


class FamilyViewBuilder:
    """One caller's view of what is known, as at a day."""

    def __init__(self, known: KnownFamilies, shared: PermittedSharing, service: str, as_at: date) -> None:
        self.known, self.shared, self.service, self.as_at = known, shared, service, as_at
        self._support = SupportViewBuilder(known.support, self._all_permit, as_at)

    def view_family(self, family: Family, access: Access) -> FamilyView:
        return FamilyView(
            id=family.id,
            composed_on=family.composed_on,
            members=self.view_members(family.id),
            support=self._support.view_support(family.id),
            access=access,
            etag=etag(family.version),
            **present_only(
                area=family.area if self._all_permit(family.id, LOCATION, OWN_SERVICE) else None,
                lead_professional=self._support.view_lead(family.id),
            ),
        )

    def view_support(self, family: Family) -> FamilySupportView:
        return FamilySupportView(
            family=family.id,
            support=self._support.view_support(family.id),
            **present_only(lead_professional=self._support.view_lead(family.id)),
        )

    def view_members(self, family: UUID) -> list[MemberView]:
        """Who belongs on the day; of several leaves of one person, one, from the earliest beginning."""
        together: dict[tuple[UUID, str], list[Membership]] = {}
        for membership in present_memberships(self.known, family, self.as_at):
            together.setdefault((self.known.root_of[membership.person], membership.role), []).append(membership)
        views = [
            MemberView(
                person=root,
                role=role,
                from_=min(m.from_on for m in rows),
                to=None if any(m.to_on is None for m in rows) else max(m.to_on for m in rows if m.to_on),
                **present_only(name=self.best_name(root)),
            )
            for (root, role), rows in together.items()
            if self.sees(root)
        ]
        return sorted(views, key=lambda view: (view.from_, view.person))

    def view_memberships(self, family: UUID) -> list[MembershipView]:
        """Every membership ever, by beginning."""
        rows = [m for m in self.known.memberships.get(family, []) if self.sees(self.known.root_of[m.person])]
        return [
            MembershipView(
                id=m.id,
                person=self.known.root_of[m.person],
                role=m.role,
                from_=m.from_on,
                to=m.to_on,
                how=m.how,
                etag=etag(m.version),
                **present_only(name=self.best_name(self.known.root_of[m.person])),
            )
            for m in sorted(rows, key=lambda m: (m.from_on, m.id))
        ]

    def sees(self, root: UUID) -> bool:
        """Membership is the programme's own record; a partner meets only those whose identity it may know.

        Of whoever left this family, and is not to be found, nobody learns by it that they belonged to it.
        """
        return root in self.known.met and (
            self.service == OWN_SERVICE
            or any(self.shared.permits(root, IDENTITY, name.source) for name in self.known.names.get(root, []))
        )

    def best_name(self, root: UUID) -> str | None:
        """The name as the most trusted of the shared sources wrote it last."""
        shown = [n for n in self.known.names.get(root, []) if self.shared.permits(root, IDENTITY, n.source)]
        best = best_name(shown)
        return full_name(best) if best else None

    def view_timeline(self, family: Family) -> list[MomentView]:
        moments = [MomentView(on=family.composed_on, kind="composed")]
        for view in self.view_memberships(family.id):
            moments.append(MomentView(on=view.from_, kind="joined", person=view.person, role=view.role))
            if view.to is not None:
                moments.append(MomentView(on=view.to, kind="left", person=view.person, role=view.role))
        moments += [MomentView(on=on, kind=kind) for on, kind in self._support.moments(family.id)]
        return sorted((m for m in moments if m.on <= self.as_at), key=lambda m: (m.on, m.kind, str(m.person)))

    def _all_permit(self, family: UUID, category: str, source: str) -> bool:
        """What is said of a family is said of each of its members: all must permit it."""
        roots = present_roots(self.known, family, self.as_at)
        return all(self.shared.permits(root, category, source) for root in roots)
