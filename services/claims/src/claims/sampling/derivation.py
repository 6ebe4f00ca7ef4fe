"""How a sample follows from an auditor's nonce and a frozen batch, so that nobody chooses it and anybody can recompute it.

| what | how |
|---|---|
| commitment | SHA-256 of the nonce's 32 bytes, handed in before the freeze |
| content | the batch in canonical JSON: members sorted, no spaces, UTF-8; claims by id |
| content hash | SHA-256 of it |
| seed | SHA-256 of `SCHEME` in ASCII, one line feed, the nonce's 32 bytes, the content hash's 32 bytes |
| ticket of a claim | SHA-256 of the seed's 32 bytes and the 16 bytes of the claim's id |
| drawing n | every claim that is looked at whole, and of each stratum the n × size claims with the lowest tickets |

The auditor knows the nonce and not the content, which holds an id that the program makes at the freeze; whoever freezes
knows the content and not the nonce. `tools/check_sample.py` is the same written apart. Source: docs/sampling.md.
"""  # noqa: E501

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

SCHEME = "thinkfamily-sample-1"


@dataclass(frozen=True, slots=True, order=True)
class SampleLine:
    """A claim as it was frozen. Shape: `stratum` tells types apart without naming them; `digest` is of its content."""

    claim: UUID
    stratum: int
    whole: bool
    digest: str


@dataclass(frozen=True, slots=True)
class SampleRules:
    """How much of each stratum is looked at. Units: `percent` of a hundred, `least` in claims."""

    percent: int
    least: int


def hash_nonce(nonce: str) -> str:
    """What an auditor hands in before the freeze. Shape: 64 hex digits each. Errors: ValueError for anything else."""
    return hashlib.sha256(bytes.fromhex(nonce)).hexdigest()


def digest_content(content: Any) -> str:
    """SHA-256 of canonical JSON. Shape: hex."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def describe_batch(
    batch: UUID, framework: str, frozen_on: date, rules: SampleRules, lines: Sequence[SampleLine]
) -> dict[str, Any]:
    """The content of a batch that its hash is of."""
    return {
        "scheme": SCHEME,
        "batch": str(batch),
        "framework": framework,
        "frozen_on": frozen_on.isoformat(),
        "percent": rules.percent,
        "least": rules.least,
        "claims": [
            {"claim": str(line.claim), "stratum": line.stratum, "whole": line.whole, "digest": line.digest}
            for line in sorted(lines)
        ],
    }


def derive_seed(nonce: str, content_hash: str) -> str:
    """Shape: hex."""
    material = f"{SCHEME}\n".encode() + bytes.fromhex(nonce) + bytes.fromhex(content_hash)
    return hashlib.sha256(material).hexdigest()


def rank_claim(seed: str, claim: UUID) -> bytes:
    """A claim's ticket: the lowest are drawn first."""
    return hashlib.sha256(bytes.fromhex(seed) + claim.bytes).digest()


def count_sizes(rules: SampleRules, lines: Sequence[SampleLine]) -> dict[int, int]:
    """How many claims a drawing takes of each stratum, beside those that are looked at whole.

    What counts is the batch as it was frozen: a claim that fell since does not make the sample smaller.
    Example: with a tenth and at least one, eleven claims of one type and three of another make two and one.
    Shape: stratum → number of claims.
    """
    rest = Counter(line.stratum for line in lines if not line.whole)
    return {
        stratum: min(number, max(rules.least, -(-number * rules.percent // 100)))
        for stratum, number in sorted(rest.items())
    }


def draw_sample(seed: str, rules: SampleRules, lines: Sequence[SampleLine], drawings: int) -> set[UUID]:
    """The whole sample after so many drawings."""
    drawn = {line.claim for line in lines if line.whole}
    strata: dict[int, list[UUID]] = defaultdict(list)
    for line in lines:
        if not line.whole:
            strata[line.stratum].append(line.claim)
    sizes = count_sizes(rules, lines)
    for stratum, claims in strata.items():
        drawn.update(sorted(claims, key=lambda claim: rank_claim(seed, claim))[: drawings * sizes[stratum]])
    return drawn
