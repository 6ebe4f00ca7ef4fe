"""Where to look for people like a line. Keys are hashes: the index tells nobody a name."""

from datetime import date
from hashlib import blake2b

from families.matching.names import fold, forename_tokens, soundex
from families.matching.scorer import PremisesKinds, Traits, exchanged
from vocabulary.premises import ORDINARY


def hashed(text: str) -> int:
    """A positive 63-bit number."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def stored_keys(traits: Traits, premises: PremisesKinds) -> set[int]:
    """Keys under which somebody is to be found. Premises that are not ordinary are in none."""
    forename, surname, born, _ = traits.naming
    texts = {f"i:{scheme}:{value}" for scheme, value in traits.identifiers}
    texts |= {name_key(one, half) for half in surname.split() for one in forename_tokens(forename)}
    if born:
        year = born[:4]
        texts.add(f"d:{born}")
        texts.add(f"s:{' '.join(sorted((forename + ' ' + surname).split()))}:{year}")
        texts |= {f"n:{soundex(half)}:{forename[:1]}:{year}" for half in surname.split()}
        texts |= {f"n:{soundex(half)}:{surname[:1]}:{year}" for half in forename.split()}
    if traits.address and premises.kind(traits.address) == ORDINARY:
        texts |= address_keys(traits)
    return {hashed(text) for text in texts}


def address_keys(traits: Traits) -> set[str]:
    forename, surname, _, _ = traits.naming
    uprn, _, postcode = traits.address or (None, "", "")
    texts = {f"u:{uprn}"} if uprn else set()
    if postcode:
        texts |= {f"p:{postcode}:{forename[:1]}", f"p:{postcode}:{surname[:1]}"}
    return texts


def name_key(forename_root: str, half: str) -> str:
    return f"w:{half}:{forename_root}"


def name_keys(forename: str, surname: str) -> set[int]:
    """Keys of all who have this name or a short form of it."""
    return {hashed(name_key(one, half)) for half in fold(surname).split() for one in forename_tokens(fold(forename))}


def asked_keys(traits: Traits, premises: PremisesKinds) -> set[int]:
    """Keys to look under: the line's own, and the date of birth with day and month exchanged; no name alone."""
    keys = stored_keys(traits, premises)
    forename, surname, born, _ = traits.naming
    keys -= {hashed(name_key(one, half)) for half in surname.split() for one in forename_tokens(forename)}
    other = exchanged(date.fromisoformat(born)) if born else None
    return keys | {hashed(f"d:{other.isoformat()}")} if other else keys
