"""Taking addresses out of the index, of refuges and of people under protection, and taking them in again."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from families.matching import blocking, repository
from families.matching.scorer import Traits
from vocabulary.premises import ORDINARY


def forget_addresses(session: Session, people: Collection[UUID]) -> None:
    """Nobody finds these people by where they live any longer, unless they are not protected and it is no refuge."""
    profiles = repository.find_profiles(session, people).values()
    premises = repository.read_premises(session, (address for profile in profiles for address in profile.addresses))
    for profile in profiles:
        gone: set[int] = set()
        kept: set[int] = set()
        for naming in profile.namings:
            for address in profile.addresses:
                keys = {blocking.hashed(text) for text in blocking.address_keys(Traits(naming, address, ()))}
                if profile.protected or premises.kind(address) != ORDINARY:
                    gone |= keys
                else:
                    kept |= keys
        repository.drop_keys(session, [profile.person], gone - kept)


def learn_addresses(session: Session, people: Collection[UUID]) -> None:
    """These people are found by where they live again, as far as they may be: their premises are ordinary after all."""
    profiles = repository.find_profiles(session, people).values()
    premises = repository.read_premises(session, (address for profile in profiles for address in profile.addresses))
    keys: set[tuple[int, UUID]] = set()
    for profile in profiles:
        for naming in profile.namings if not profile.protected else ():
            for address in profile.addresses:
                if premises.kind(address) == ORDINARY:
                    texts = blocking.address_keys(Traits(naming, address, ()))
                    keys |= {(blocking.hashed(text), profile.person) for text in texts}
    repository.save_keys(session, keys)
