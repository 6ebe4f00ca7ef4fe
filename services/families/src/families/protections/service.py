"""Who may not be located, as `consent` tells it. A protection hides all leaves of its person."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from families.composition_queue.repository import mark_anew
from families.people.repository import find_leaves
from families.protections import repository


def set_protections(session: Session, protections: Sequence[tuple[UUID, UUID, date]]) -> set[UUID]:
    """Location protections came into force. One that was lifted before it was heard of hides nobody now.

    The composer gives each of these persons a family of their own. Shape: protection, person, since → hidden leaves.
    """
    repository.record_protections(session, list(protections))
    hold = repository.find_holding(session, [protection for protection, _, _ in protections])
    people = [person for protection, person, _ in protections if protection in hold]
    # Of somebody whom families does not know yet, the id alone is hidden.
    hidden = {*people, *find_leaves(session, people)}
    repository.protect_leaves(session, hidden)
    mark_anew(session, find_leaves(session, [person for _, person, _ in protections]))
    return hidden


def lift_protections(session: Session, protections: Sequence[tuple[UUID, UUID, date]]) -> None:
    """Location protections were lifted. Shape: protection, person, on.

    Whoever is under another protection still, stays hidden.
    """
    for protection, person, on in protections:
        repository.lift_protection(session, protection, person, on)
    leaves = find_leaves(session, [person for _, person, _ in protections])
    still = repository.under_protection(session, leaves)
    roots_still = {leaves[leaf] for leaf in still if leaf in leaves}
    repository.unprotect_leaves(session, [leaf for leaf, root in leaves.items() if root not in roots_still])
    mark_anew(session, leaves)
