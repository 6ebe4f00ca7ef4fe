"""Who is known, as far as a batch of lines needs it: loaded once, added to as lines are linked, saved once."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.db import new_id
from families.feeds.lines import Stated
from families.matching import blocking, repository
from families.matching.judge import Judged, judge, worth_a_look
from families.matching.scorer import Address, Compared, PremisesKinds, Profile, Traits, compare, traits_of
from families.matching.weights import WEIGHTS
from families.models.matching import MatchReview


class Register:
    """Shape: `begin` with all lines of a batch, then `link_record` or `look_again` line by line, then `save`."""

    def __init__(self, session: Session, block_limit: int) -> None:
        self._session, self._limit = session, block_limit
        self.premises = PremisesKinds(repository.read_kinds(session))
        self._blocks: dict[int, list[UUID]] = {}
        self._asked: set[int] = set()
        self._postcodes: set[str] = set()
        self.profiles: dict[UUID, Profile] = {}
        self.new: list[Profile] = []
        self._changed: set[UUID] = set()
        self._keys: set[tuple[int, UUID]] = set()
        self._reviews: list[MatchReview] = []
        self._again: list[tuple[Profile, Compared]] = []

    def begin(self, unknown: Iterable[Stated], known: Iterable[tuple[UUID, Stated]]) -> None:
        """Load everybody whom these lines could be about. `known`: lines whose person is known and may have changed."""
        strangers = [traits_of(stated) for stated in unknown]
        changed = [(person, traits_of(stated)) for person, stated in known]
        self._know_premises(traits.address for traits in (*strangers, *(traits for _, traits in changed)))
        self._load_profiles(person for person, _ in changed)
        # Most lines bring a number that is known: they need none of the other keys.
        self._ask({key for traits in strangers for key in self._number_keys(traits)})
        rest = [t for t in strangers if not self._found_by_number(t)] + [
            traits for person, traits in changed if self._says_something_new(person, traits)
        ]
        self._ask({key for traits in rest for key in blocking.asked_keys(traits, self.premises)})

    def link_record(self, stated: Stated, source: str) -> tuple[Profile, Judged]:
        """Whom a line is about: somebody known, or somebody new at once, with reviews where it may be one of others."""
        traits = traits_of(stated)
        judged = self._judge(traits, self._number_keys(traits))
        if judged.how != "identifier":  # nobody found under another key could come before who has the number
            judged = self._judge(traits, blocking.asked_keys(traits, self.premises))
        if judged.link:
            profile = judged.link.profile
        else:
            profile = self._register()
            for other in judged.reviews:
                self._review(profile, other)
        self._learn(profile, traits, source)
        return profile, judged

    def recognise(self, person: UUID, stated: Stated) -> Compared:
        """How well a person whom a line's key names agrees with what the line says now."""
        return compare(traits_of(stated), self.profiles[person], self.premises)

    def look_again(self, person: UUID, stated: Stated, source: str) -> None:
        """A known record says something else about its person: take it in, and see who else that may be."""
        traits, profile = traits_of(stated), self.profiles[person]
        if not self._says_something_new(person, traits):
            self._learn(profile, traits, source)
            return
        keys = blocking.asked_keys(traits, self.premises)
        others = [other for other in self._candidates(keys) if other.root != profile.root]
        for other in worth_a_look([compare(traits, one, self.premises) for one in others]):
            self._again.append((profile, other))
        self._learn(profile, traits, source)

    def save(self) -> None:
        repository.save_profiles(self._session, [self.profiles[person] for person in sorted(self._changed)])
        repository.save_keys(self._session, self._keys)
        if self._again:
            apart = repository.roots_apart(self._session, {profile.root for profile, _ in self._again})
            for profile, other in self._again:
                if (profile.root, other.profile.root) not in apart:
                    self._review(profile, other)
        repository.open_reviews(self._session, self._reviews)

    @property
    def reviews(self) -> int:
        return len(self._reviews)

    def _register(self) -> Profile:
        person = new_id()
        profile = self.profiles[person] = Profile(person, person)
        self.new.append(profile)
        return profile

    def _learn(self, profile: Profile, traits: Traits, source: str) -> None:
        if not profile.learn(traits, source):
            return
        self._changed.add(profile.person)
        keys = blocking.stored_keys(traits, self.premises)
        if profile.protected:
            keys -= {blocking.hashed(text) for text in blocking.address_keys(traits)}
        for key in keys:
            if (key, profile.person) not in self._keys:
                self._keys.add((key, profile.person))
                block = self._blocks.setdefault(key, [])
                if profile.person not in block:
                    block.append(profile.person)

    def _review(self, profile: Profile, other: Compared) -> None:
        left, right = sorted((profile.person, other.profile.person))
        self._reviews.append(
            MatchReview(
                id=new_id(),
                kind="same_person",
                status="open",
                left_person=left,
                right_person=right,
                group=[],
                score=other.score,
                weights=WEIGHTS.version,
                explanation=other.explanation(),
            )
        )

    def _judge(self, traits: Traits, keys: Iterable[int]) -> Judged:
        return judge([compare(traits, profile, self.premises) for profile in self._candidates(keys)])

    def _candidates(self, keys: Iterable[int]) -> list[Profile]:
        blocks = [self._blocks.get(key, ()) for key in keys]
        people = {person for block in blocks if len(block) <= self._limit for person in block}
        return [self.profiles[person] for person in people]

    def _number_keys(self, traits: Traits) -> set[int]:
        return {blocking.hashed(f"i:{scheme}:{value}") for scheme, value in traits.identifiers}

    def _found_by_number(self, traits: Traits) -> bool:
        return self._judge(traits, self._number_keys(traits)).how == "identifier"

    def _says_something_new(self, person: UUID, traits: Traits) -> bool:
        profile = self.profiles[person]
        return traits.naming not in profile.namings or not set(traits.identifiers) <= set(profile.identifiers)

    def _ask(self, keys: set[int]) -> None:
        fresh = keys - self._asked
        self._asked |= fresh
        found = repository.find_blocks(self._session, fresh, self._limit)
        self._blocks |= found
        self._load_profiles(person for people in found.values() for person in people)

    def _load_profiles(self, people: Iterable[UUID]) -> None:
        missing = {person for person in people if person not in self.profiles}
        found = repository.find_profiles(self._session, sorted(missing))
        self._know_premises(address for profile in found.values() for address in profile.addresses)
        self.profiles |= found

    def _know_premises(self, addresses: Iterable[Address | None]) -> None:
        fresh = {address[2] for address in addresses if address and address[2]} - self._postcodes
        self._postcodes |= fresh
        repository.learn_lines(self._session, self.premises, fresh)
