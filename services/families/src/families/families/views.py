"""What is shown of families: put together from what was read and what was shared, without the store."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, Protocol, TypeVar
from uuid import UUID

from chassis.etag import etag
from families.composition.residence import trust
from families.families.repository import Known
from families.families.schemas import (
    Access,
    ActView,
    FamilySupportView,
    FamilyView,
    LeadView,
    MembershipView,
    MemberView,
    MomentView,
    SupportView,
)
from families.models.families import Family, Membership
from families.models.support import AgreementToBeSupported
from families.sharing import IDENTITY, LOCATION, SUPPORT, Item, PermittedSharing, Subject

OWN_SERVICE = "programme"


class Act(Protocol):
    id: Any
    on: Any
    source: Any


AnAct = TypeVar("AnAct", bound=Act)


def subjects(known: Known) -> list[Subject]:
    """Everybody who belongs or belonged to these families, by present id with all former ones."""
    return [
        Subject(root, tuple(sorted(leaf for leaf in leaves if leaf != root)))
        for root, leaves in sorted(known.leaves_of.items())
    ]


def items(known: Known) -> set[Item]:
    """Every category and source that a view of these families may draw on."""
    found = {Item(LOCATION, OWN_SERVICE)}
    found |= {Item(IDENTITY, name.source) for names in known.names.values() for name in names}
    groups: list[Iterable[list[Any]]] = [
        known.agreements.values(), known.leads.values(), known.assessments.values(), known.plans.values(),
        known.team.values(), known.steps.values(),
    ]  # fmt: skip
    found |= {Item(SUPPORT, row.source) for group in groups for rows in group for row in rows}
    found |= {Item(LOCATION, row.source) for rows in known.leads.values() for row in rows}
    return found


def given(**values: Any) -> dict[str, Any]:
    """What is there and shared; the rest is left unset, and so absent from the answer."""
    return {name: value for name, value in values.items() if value is not None}


class Eye:
    """One caller's view of what is known, as at a day."""

    def __init__(self, known: Known, shared: PermittedSharing, service: str, as_at: date) -> None:
        self.known, self.shared, self.service, self.as_at = known, shared, service, as_at

    def family(self, family: Family, access: Access) -> FamilyView:
        return FamilyView(
            id=family.id,
            composed_on=family.composed_on,
            members=self.members(family.id),
            support=self.support(family.id),
            access=access,
            etag=etag(family.version),
            **given(
                area=family.area if self._all_permit(family.id, LOCATION, OWN_SERVICE) else None,
                lead_professional=self.lead(family.id),
            ),
        )

    def support_of(self, family: Family) -> FamilySupportView:
        return FamilySupportView(
            family=family.id, support=self.support(family.id), **given(lead_professional=self.lead(family.id))
        )

    def members(self, family: UUID) -> list[MemberView]:
        """Who belongs on the day; of several leaves of one person, one, from the earliest beginning."""
        together: dict[tuple[UUID, str], list[Membership]] = {}
        for membership in self._present(family):
            together.setdefault((self.known.root_of[membership.person], membership.role), []).append(membership)
        views = [
            MemberView(
                person=root,
                role=role,
                from_=min(m.from_on for m in rows),
                to=None if any(m.to_on is None for m in rows) else max(m.to_on for m in rows if m.to_on),
                **given(name=self.name(root)),
            )
            for (root, role), rows in together.items()
            if self.sees(root)
        ]
        return sorted(views, key=lambda view: (view.from_, view.person))

    def memberships(self, family: UUID) -> list[MembershipView]:
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
                **given(name=self.name(self.known.root_of[m.person])),
            )
            for m in sorted(rows, key=lambda m: (m.from_on, m.id))
        ]

    def sees(self, root: UUID) -> bool:
        """Membership is the programme's own record; a partner meets only those whose identity it may know."""
        return self.service == OWN_SERVICE or any(
            self.shared.permits(root, IDENTITY, name.source) for name in self.known.names.get(root, [])
        )

    def name(self, root: UUID) -> str | None:
        """The name as the most trusted of the shared sources wrote it last."""
        shown = [n for n in self.known.names.get(root, []) if self.shared.permits(root, IDENTITY, n.source)]
        if not shown:
            return None
        best = min(shown, key=lambda n: (trust(n.feed), -n.last_stated_on.toordinal(), str(n.id)))
        return f"{best.forename} {best.surname}"

    def lead(self, family: UUID) -> LeadView | None:
        row = self._latest(family, self.known.leads.get(family, []))
        if row is None:
            return None
        located = self._all_permit(family, LOCATION, row.source)
        return LeadView(user=row.user, on=row.on, sector=row.sector, **given(service=row.service if located else None))

    def support(self, family: UUID) -> SupportView:
        said = self._latest(family, self.known.agreements.get(family, []))
        assessment = self._latest(family, self.known.assessments.get(family, []))
        plan = self._latest(family, self.known.plans.get(family, []))
        team = [
            row.service
            for row in self.known.team.get(family, [])
            if row.from_on <= self.as_at
            and (row.to_on is None or row.to_on >= self.as_at)
            and self._all_permit(family, SUPPORT, row.source)
        ]
        return SupportView(
            **given(
                agreed_on=said.on if said and said.agreed else None,
                declined_on=said.on if said and not said.agreed else None,
                assessment=ActView(id=assessment.id, on=assessment.on) if assessment else None,
                plan=ActView(id=plan.id, on=plan.on) if plan else None,
                team=sorted(set(team)) or None,
            )
        )

    def timeline(self, family: Family) -> list[MomentView]:
        moments = [MomentView(on=family.composed_on, kind="composed")]
        for view in self.memberships(family.id):
            moments.append(MomentView(on=view.from_, kind="joined", person=view.person, role=view.role))
            if view.to is not None:
                moments.append(MomentView(on=view.to, kind="left", person=view.person, role=view.role))
        acts: list[tuple[str, Collection[Any]]] = [
            ("lead_professional", self.known.leads.get(family.id, [])),
            ("assessment", self.known.assessments.get(family.id, [])),
            ("plan", self.known.plans.get(family.id, [])),
        ]
        for kind, rows in acts:
            moments += [MomentView(on=row.on, kind=kind) for row in rows if self._shows(family.id, row)]
        agreements: list[AgreementToBeSupported] = self.known.agreements.get(family.id, [])
        moments += [
            MomentView(on=row.on, kind="agreed" if row.agreed else "declined")
            for row in agreements
            if self._shows(family.id, row)
        ]
        moments += [
            MomentView(on=row.on, kind=row.step)
            for row in self.known.steps.get(family.id, [])
            if self._shows(family.id, row)
        ]
        return sorted((m for m in moments if m.on <= self.as_at), key=lambda m: (m.on, m.kind, str(m.person)))

    def _present(self, family: UUID) -> list[Membership]:
        return [
            m
            for m in self.known.memberships.get(family, [])
            if m.from_on <= self.as_at and (m.to_on is None or m.to_on >= self.as_at)
        ]

    def _shows(self, family: UUID, row: Act) -> bool:
        return bool(row.on <= self.as_at) and self._all_permit(family, SUPPORT, row.source)

    def _latest(self, family: UUID, rows: Iterable[AnAct]) -> AnAct | None:
        """The last act by date. What a later one that is not shared would have changed, is not shown either."""
        past = [row for row in rows if row.on <= self.as_at]
        if not past:
            return None
        last = max(past, key=lambda row: (row.on, row.id))
        return last if self._all_permit(family, SUPPORT, last.source) else None

    def _all_permit(self, family: UUID, category: str, source: str) -> bool:
        """What is said of a family is said of each of its members: all must permit it."""
        roots = {self.known.root_of[m.person] for m in self._present(family)}
        return all(self.shared.permits(root, category, source) for root in roots)
