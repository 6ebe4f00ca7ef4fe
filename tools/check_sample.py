"""Check that a batch's sample follows from the auditor's nonce and what was frozen: `docs/sampling.md` says how.

    curl … /v1/batches/{id}/sampling | python3 tools/check_sample.py

Reads the answer of that route from its input, or from the file that is named. Written apart from the platform: it
imports nothing of it, so that an auditor can read it whole. Exit code 0 when everything follows, 1 when something does
not, and 2 when there is nothing to check yet.
"""

import hashlib
import json
import sys
from typing import Any
from uuid import UUID


def main(arguments: list[str]) -> int:
    """Check one batch. Shape: the exit code."""
    if arguments:
        with open(arguments[0], encoding="utf-8") as file:
            said = json.load(file)
    else:
        said = json.load(sys.stdin)
    if said["scheme"] is None:
        print("This batch was frozen before auditors committed to a nonce: somebody chose its seed.")
        return 2
    if said["nonce"] is None:
        print("The auditor has not revealed the nonce yet: nobody knows the sample.")
        return 2
    faults = list_faults(said)
    for fault in faults:
        print(fault)
    if not faults:
        print(f"{len(said['sample'])} of {len(said['claims'])} claims are in the sample, as nonce and freeze say.")
    return 1 if faults else 0


def list_faults(said: dict[str, Any]) -> list[str]:
    """What does not follow. Shape: a line each."""
    faults = []
    nonce = bytes.fromhex(said["nonce"])
    if hashlib.sha256(nonce).hexdigest() != said["commitment"]["hash"]:
        faults.append("The nonce is not the one that was committed to.")
    content_hash = hash_content(said)
    if content_hash != said["content_hash"]:
        faults.append("What is shown of the batch is not what was frozen.")
    seed = hashlib.sha256(said["scheme"].encode("ascii") + b"\n" + nonce + bytes.fromhex(content_hash)).hexdigest()
    if seed != said["seed"]:
        faults.append("The seed does not follow from nonce and content.")
    expected = pick_sample(seed, said)
    if expected != set(said["sample"]):
        faults.append(
            f"The sample differs: {len(expected - set(said['sample']))} claims are missing, "
            f"{len(set(said['sample']) - expected)} do not belong to it."
        )
    return faults


def hash_content(said: dict[str, Any]) -> str:
    """SHA-256 of the frozen content in canonical JSON."""
    content = {name: said[name] for name in ("scheme", "batch", "framework", "frozen_on", "percent", "least")}
    content["claims"] = sorted(
        ({name: line[name] for name in ("claim", "stratum", "whole", "digest")} for line in said["claims"]),
        key=lambda line: UUID(line["claim"]).int,
    )
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def pick_sample(seed: str, said: dict[str, Any]) -> set[str]:
    """The claims of all drawings so far."""
    sample = {line["claim"] for line in said["claims"] if line["whole"]}
    for stratum in {line["stratum"] for line in said["claims"]}:
        tickets = sorted(
            (hashlib.sha256(bytes.fromhex(seed) + UUID(line["claim"]).bytes).hexdigest(), line["claim"])
            for line in said["claims"]
            if line["stratum"] == stratum and not line["whole"]
        )
        share = (len(tickets) * said["percent"] + 99) // 100
        wanted = min(len(tickets), max(said["least"], share)) * said["drawings"]
        sample |= {claim for _, claim in tickets[:wanted]}
    return sample


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
