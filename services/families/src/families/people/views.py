"""What is shown of people, put together from what was read and what was shared."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from families.feeds.trust import trust
from families.models.people import PersonName
from families.people.repository import KnownPeople
from families.people.schemas import AddressView, IdentifierView, PersonView
from families.sharing import ADDRESS, IDENTITY, Access, PermittedSharing, present_only


def best_name(names: Sequence[PersonName]) -> PersonName | None:
    """How the most trusted source wrote it last."""
    return min(names, key=lambda n: (trust(n.feed), -n.last_stated_on.toordinal(), str(n.id)), default=None)


def best_birth(names: Sequence[PersonName]) -> date | None:
    best = best_name([name for name in names if name.date_of_birth])
    return best.date_of_birth if best else None


def full_name(name: PersonName) -> str:
    return f"{name.forename} {name.surname}"


def view_person(root: UUID, known: KnownPeople, shared: PermittedSharing, access: Access) -> PersonView:
    leaves = known.leaves_of[root]
    names = [
        name for leaf in leaves for name in known.names.get(leaf, []) if shared.permits(root, IDENTITY, name.source)
    ]
    best = best_name(names)
    identifiers = {
        (row.scheme, row.value, row.source)
        for leaf in leaves
        for row in known.identifiers.get(leaf, [])
        if shared.permits(root, IDENTITY, row.source)
    }
    addresses = [
        row for leaf in leaves for row in known.addresses.get(leaf, []) if shared.permits(root, ADDRESS, row.source)
    ]
    return PersonView(
        id=root,
        formerly=[leaf for leaf in leaves if leaf != root],
        access=access,
        **present_only(
            name=full_name(best) if best else None,
            date_of_birth=best_birth(names),
            sex=best.sex if best else None,
            identifiers=[IdentifierView(scheme=s, value=v, source=o) for s, v, o in sorted(identifiers)] or None,
            addresses=[
                AddressView(
                    address_line=row.address_line,
                    postcode=row.postcode,
                    uprn=row.uprn,
                    source=row.source,
                    from_=row.first_stated_on,
                    to=min(row.last_stated_on, known.until.get(root, row.last_stated_on)),
                )
                for row in sorted(addresses, key=lambda row: (row.first_stated_on, str(row.id)))
            ]
            or None,
        ),
    )
