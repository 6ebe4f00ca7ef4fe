"""`make manifests`: write anew what is deployed of the vocabulary's programs, and remove what none stands behind."""

import tomllib
from pathlib import Path

from generator import generate, is_made
from vocabulary.programs import PROGRAMS

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    wanted = generate(PROGRAMS, version)
    for path in (ROOT / "deploy" / "k8s").rglob("*"):
        name = str(path.relative_to(ROOT))
        if path.is_file() and name not in wanted and is_made(path.read_text()):
            path.unlink()
            print(f"removed {name}")
    for name, text in wanted.items():
        path = ROOT / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            print(f"wrote {name}")


if __name__ == "__main__":
    main()
