"""Taking one record away from whom it was linked to: the remedy for a link that was never a merge.

School's record of Hayden was linked to Jayden, his twin, by a number that a clerk mistyped. Nothing was merged, so that
nothing can be unmerged: the leaf Jayden holds three records, and one of them is about somebody else. That record gets a
leaf of its own, and takes along what it alone said: its facts, its way of writing the name, its address, the blocking
keys made from them. What Jayden's other records say as well stays with him.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from chassis.db import new_id, now
from chassis.outbox import emit
from families.composition_queue.repository import mark_news
from families.events import PersonRegistered
from families.facts.recording import move_facts
from families.feeds.lines import Stated
from families.matching import blocking, repository
from families.matching.merging import remember_act, take_protections_over
from families.matching.scorer import Profile, traits_of
from families.models.people import Person
from families.people.identity import read_identity
from families.people.statements import hand_over_record
from families.problems import PersonNotMerged
from families.protections.repository import protected_among


def split_off(session: Session, person: UUID, record_id: UUID, *, by: str, reason: str) -> UUID:
    """Find that a record is about somebody else than it was linked to. It gets a leaf of its own, kept apart for ever.

    Its facts are corrected to be the new leaf's; what only this record said of the old one is forgotten there.
    Shape: the new leaf. Errors: PersonNotMerged when the record is none of this person's, or the only one of its leaf.
    """
    repository.take_matching_lock(session)
    record = repository.find_record(session, record_id)
    old = repository.find_person(session, record.person) if record else None
    asked = repository.find_person(session, person)
    if record is None or old is None or asked is None or asked.root != old.root:
        raise PersonNotMerged()
    # What the other records of the leaf say is what is left of it. Of a leaf with one record there is nothing to split.
    rest = [other for other in repository.records_of(session, old.id) if other is not record]
    others = [read_identity(other.identity) for other in rest]
    if not others:
        raise PersonNotMerged()
    about = read_identity(record.identity)
    leaf = _register(session, about)
    # What another source says word for word keeps nothing of this one's standing.
    still_said = [read_identity(other.identity) for other in rest if other.source == record.source]
    hand_over_record(session, record, old.id, leaf.id, about, still_said)
    record.person, record.how, record.linked_at = leaf.id, "review", now()
    record.score, record.outcomes = None, ""
    session.flush()
    # Profile and keys hold what all records said together, so both leaves' are made again from what is theirs now.
    for one in (old, leaf):
        _index_anew(session, one, [about] if one is leaf else others, record.source)
    repository.keep_apart(session, old.id, leaf.id, "split")
    remember_act(session, "split", old.id, leaf.id, by, reason)
    take_protections_over(session, old.id, leaf.id)
    mark_news(session, [old.id, leaf.id])
    emit(
        session,
        PersonRegistered(person=leaf.id, born=leaf.born),
        *move_facts(session, record.id, leaf.id, record.push),
    )
    return leaf.id


def _register(session: Session, about: Stated) -> Person:
    id, born = new_id(), about.date_of_birth
    leaf = Person(id=id, root=id, merged_into=None, born=f"{born:%Y-%m}" if born else None, version=1)
    session.add(leaf)
    session.flush()
    return leaf


def _index_anew(session: Session, person: Person, said: list[Stated], source: str) -> None:
    """Make a leaf's profile and keys again from what its records say."""
    every = [traits_of(one) for one in said]
    premises = repository.read_premises(session, (traits.address for traits in every if traits.address))
    profile = Profile(person.id, person.root, protected=bool(protected_among(session, [person.id])))
    keys: set[int] = set()
    for traits in every:
        profile.learn(traits, source)
        keys |= blocking.stored_keys(traits, premises)
        if profile.protected:
            keys -= {blocking.hashed(text) for text in blocking.address_keys(traits)}
    repository.save_profiles(session, [profile])
    repository.drop_all_keys(session, person.id)
    repository.save_keys(session, {(key, person.id) for key in keys})
