"""`python3 make_secrets.py`: makes this overlay's secrets as files beside it. What is there stays. Never committed."""

import json
import os
import secrets
from pathlib import Path

FOLDER = Path(__file__).parent / "secrets"
SERVICES = ("identity", "families", "consent", "claims")


def wanted() -> dict[str, str]:
    """Shape: file → a fresh secret for it."""
    made = {f"{name}.database": secrets.token_hex(24) for name in (*SERVICES, "postgres")}
    made |= {f"{name}.cursor": secrets.token_hex(32) for name in (*SERVICES, "gateway")}
    made |= {f"{name}.secret": secrets.token_urlsafe(32) for name in ("families", "consent", "claims", "gateway")}
    made["identity.seal"] = secrets.token_hex(32)
    made["admin.json"] = json.dumps({"email": "admin@thornbury.example", "password": secrets.token_urlsafe(24)})
    return made


def main() -> None:
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    for name, secret in wanted().items():
        path = FOLDER / name
        if path.exists():
            continue
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secret)
        print(f"made {path.name}")


if __name__ == "__main__":
    main()
