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
LIST = Path(__file__).with_name("secrets.list")
FORMER_NAMES = {"identity.seal": "identity.wrapping-key"}
"""Up to release 0.1. A new secret beside the old one would lock every signing key that is there."""


def make_secret(name: str) -> str:
    """A new secret for a file, of the kind that its ending says. Errors: ValueError for another ending."""
    match name.rpartition(".")[2]:
        case "database" | "owner" | "kafka" | "super-user":
            return secrets.token_hex(24)
        case "cursor" | "wrapping-key" | "log-key":
            return secrets.token_hex(32)
        case "secret":
            return secrets.token_urlsafe(32)
        case "json":
            first, second = (
                {"email": f"{name}@thornbury.example", "password": secrets.token_urlsafe(24)}
                for name in ("admin", "second-admin")
            )
            return json.dumps(first | {"second": second})
    raise ValueError(f"{name}: nobody says what such a secret is made of")


def make_secrets(folder: Path = FOLDER, mode: str = "600") -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for before, now in FORMER_NAMES.items():
        if (folder / before).exists() and not (folder / now).exists():
            (folder / before).rename(folder / now)
            print(f"renamed {before} to {now}")
    for name in LIST.read_text().splitlines():
        path = folder / name
        if name.startswith("#") or path.exists():
            continue
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            os.fchmod(file.fileno(), int(mode, 8))
            file.write(make_secret(name))
        print(f"made {path.name}")


if __name__ == "__main__":
    make_secrets(*(kind(given) for kind, given in zip((Path, str), sys.argv[1:], strict=False)))
