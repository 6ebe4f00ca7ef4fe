"""`python3 make_secrets.py [FOLDER [MODE]]`: makes secrets as files, here this overlay's own. What is there stays.

Never committed. The folder is its owner's alone. MODE is the files', 600 where none is given; compose wants 444, since
it gives its containers the files themselves, each of which has a user of its own.
"""

import json
import os
import secrets
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "secrets"
FORMER_NAMES = {"identity.seal": "identity.wrapping-key"}
"""Up to release 0.1. A new secret beside the old one would lock every signing key that is there."""
SERVICES = ("identity", "families", "consent", "claims")


def wanted() -> dict[str, str]:
    """Shape: file → a fresh secret for it."""
    made = {f"{name}.database": secrets.token_hex(24) for name in (*SERVICES, "postgres")}
    made |= {f"{name}.cursor": secrets.token_hex(32) for name in (*SERVICES, "gateway")}
    made |= {f"{name}.secret": secrets.token_urlsafe(32) for name in ("families", "consent", "claims", "gateway")}
    made["identity.wrapping-key"] = secrets.token_hex(32)
    made["admin.json"] = json.dumps({"email": "admin@thornbury.example", "password": secrets.token_urlsafe(24)})
    return made


def make(folder: Path = FOLDER, mode: str = "600") -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for before, now in FORMER_NAMES.items():
        if (folder / before).exists() and not (folder / now).exists():
            (folder / before).rename(folder / now)
            print(f"renamed {before} to {now}")
    for name, secret in wanted().items():
        path = folder / name
        if path.exists():
            continue
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            os.fchmod(file.fileno(), int(mode, 8))
            file.write(secret)
        print(f"made {path.name}")


if __name__ == "__main__":
    make(*(kind(given) for kind, given in zip((Path, str), sys.argv[1:], strict=False)))
