"""What is deployed is what `deploy/generate.py` makes of the vocabulary's programs; a sixth program is made alike."""

import copy
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml

from chassis.cli import load
from generator import generate, is_made
from generator.emit import MADE, Mode, Noted, document
from vocabulary.programs import PROGRAMS, DeclaredProgram
from vocabulary.source import check_entries, read_table

from . import compose, manifests, rules
from .manifests import K8S, ROOT, build, calls, plain, without_digests
from .test_manifests import required, written

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
GENERATED = generate(PROGRAMS, VERSION)


# --- the committed files


@pytest.mark.parametrize("name", GENERATED)
def test_the_committed_file_is_what_the_generator_makes(name: str) -> None:
    assert (ROOT / name).read_text() == GENERATED[name], "Run `make manifests`"


def test_no_file_is_left_of_a_program_that_is_gone() -> None:
    texts = {path: path.read_text() for path in K8S.rglob("*") if path.is_file() and "secrets" not in path.parts}
    made = {str(path.relative_to(ROOT)) for path, text in texts.items() if is_made(text)}
    assert made == GENERATED.keys() - {"docker-compose.yml"}, "Run `make manifests`"


def test_a_changed_vocabulary_changes_the_files() -> None:
    """Else the comparison above would compare nothing."""
    moved = dict(PROGRAMS) | {"claims": PROGRAMS["claims"].model_copy(update={"port_offset": 9})}
    changed = {name for name, text in generate(moved, VERSION).items() if text != GENERATED[name]}
    assert {"deploy/k8s/base/claims.yaml", "deploy/k8s/base/settings/gateway.env", "docker-compose.yml"} <= changed
    assert "deploy/k8s/base/consent.yaml" not in changed


# --- how they are written


def test_what_is_written_is_read_as_it_was_meant() -> None:
    tricky = [
        "no",
        "1",
        "0440",
        "1.5",
        "a: b",
        "# no comment",
        "*",
        "&",
        "{x}",
        "[",
        "",
        " ",
        "é",
        "1:20",
        "null",
        "~",
        "-",
    ]
    value: dict[str, Any] = {
        "words": tricky,
        "map": {word or "empty": word for word in tricky},
        "none": None,
        "yes": True,
        "deep": [[{}]],
    }
    assert yaml.safe_load(document("", {"far": {"down": [value]}, **value})) == {"far": {"down": [value]}, **value}


def test_a_reason_stands_above_what_it_is_for() -> None:
    text = document(
        "Why\nat all.",
        {
            "a": Noted("Because.", {"b": 1}),
            "c": [Noted("Long " + "word " * 30, "d"), {"e": Noted("Deep.", Mode(0o440))}],
        },
    )
    assert text.splitlines()[:6] == [MADE, "# Why", "# at all.", "# Because.", "a: {b: 1}", "c:"]
    assert text.splitlines()[-2:] == ["  # Deep.", "  - e: 0440"]
    assert max(map(len, text.splitlines())) <= 120
    assert yaml.safe_load(text) == {"a": {"b": 1}, "c": ["d", {"e": 0o440}]}


# --- what the vocabulary says is what the code does


def test_a_program_declares_whom_it_calls_and_calls_whom_it_declares() -> None:
    assert {code: set(program.calls) for code, program in PROGRAMS.items()} == {code: calls(code) for code in PROGRAMS}


def test_a_program_declares_its_commands_and_runs_what_it_declares() -> None:
    assert {code: list(program.commands) for code, program in PROGRAMS.items()} == {
        code: load(code).commands() for code in PROGRAMS
    }


@pytest.mark.parametrize(
    ("declared", "finding"),
    [
        (
            ("identity", "families", "claims"),
            "consent work reaches claims serve at TCP 8704, and has no business there",
        ),
        (("families",), "consent serve does not reach identity serve at TCP 8701"),
    ],
)
def test_an_arrow_that_the_code_does_not_want_or_lacks_is_found(
    declared: tuple[str, ...], finding: str, tmp_path: Path
) -> None:
    others = dict(PROGRAMS) | {"consent": PROGRAMS["consent"].model_copy(update={"calls": declared})}
    assert finding in list(rules.only_the_arrows(plain(written_to(tmp_path, others))))


# --- compose


@pytest.mark.parametrize("rule", compose.RULES, ids=lambda rule: rule.__name__)
def test_compose_keeps_the_rule(rule: Callable[..., Iterator[str]]) -> None:
    assert list(rule(compose.read(), written())) == []


SPOILT: dict[str, tuple[Callable[..., Iterator[str]], Callable[[dict[str, Any]], Any], str]] = {
    "a command without a container": (
        compose.the_commands_of_the_manifests,
        lambda services: services.pop("claims-listen"),
        "claims listen has no container",
    ),
    "a container of no command": (
        compose.the_commands_of_the_manifests,
        lambda services: services.update({"identity-listen": services["identity-work"]}),
        "identity listen has no pod",
    ),
    "a container that runs something else": (
        compose.the_commands_of_the_manifests,
        lambda services: services["claims-work"].update(command=["python", "-m", "chassis.cli", "claims", "run"]),
        "claims work runs something else",
    ),
    "another program's secret": (
        compose.its_own_secrets_and_settings,
        lambda services: services["consent"]["secrets"].append("claims.secret"),
        "consent has other secrets than it needs: claims.secret",
    ),
    "a secret that is no file": (
        compose.its_own_secrets_and_settings,
        lambda services: services["postgres"]["secrets"].append("benefits.database"),
        "postgres wants benefits.database",
    ),
    "another program's settings": (
        compose.its_own_secrets_and_settings,
        lambda services: services["consent"].update(env_file="deploy/k8s/base/settings/claims.env"),
        "consent has the settings of another",
    ),
    "a setting that does not exist": (
        compose.its_own_secrets_and_settings,
        lambda services: services["consent"]["environment"].update(CONSENT_ISUER="x"),
        "consent does not know CONSENT_ISUER",
    ),
    "a writable root": (
        compose.closed,
        lambda services: services["kafka"].update(read_only=False),
        "kafka may do more",
    ),
    "root": (compose.closed, lambda services: services["claims"].pop("user"), "claims runs as somebody else"),
    "memory without a limit": (compose.closed, lambda services: services["claims"].pop("mem_limit"), "has no limits"),
    "a job that never ends": (
        compose.closed,
        lambda services: services["claims-migrate"].update(restart="always"),
        "claims-migrate is started again",
    ),
    "a port for everybody": (
        compose.closed,
        lambda services: services["claims"].update(ports=["8704:8704"]),
        "claims is published at",
    ),
    "a relay with a way out": (
        compose.closed,
        lambda services: services["claims-relay"]["networks"].append("door"),
        "claims-relay is on the networks",
    ),
    "another program's image": (
        compose.built_of_its_own_source,
        lambda services: services["claims-work"].update(image="thinkfamily/consent:dev"),
        "claims-work is of another image",
    ),
    "another program's source": (
        compose.built_of_its_own_source,
        lambda services: services["claims"]["build"]["args"].update(FOLDER="services/consent"),
        "claims is built of another",
    ),
    "an image that nobody builds": (
        compose.built_of_its_own_source,
        lambda services: services["claims"].pop("build"),
        "claims is not built",
    ),
    "a wait for nobody": (
        compose.built_of_its_own_source,
        lambda services: services["claims"]["depends_on"].update({"claims-seed": {}}),
        "claims waits for claims-seed",
    ),
}


@pytest.mark.parametrize("harm", SPOILT)
def test_a_spoilt_file_for_compose_is_caught(harm: str) -> None:
    rule, spoil, finding = SPOILT[harm]
    held = copy.deepcopy(compose.read())
    spoil(held["services"])
    assert [found for found in rule(held, written()) if finding in found], f"{rule.__name__} slept through {harm}"


def test_an_image_is_made_of_its_program_and_what_all_share() -> None:
    text = (ROOT / "deploy" / "Dockerfile").read_text()
    copied = [line for line in text.splitlines() if line.startswith("COPY") and "--from" not in line]
    assert [line for line in copied if "src" in line] == [
        "COPY services/vocabulary/src services/chassis/src services/directory/src services/transparency/src $FOLDER/src"
        " /opt/thinkfamily/"
    ]
    shared, _, own = text.partition("ARG PROGRAM")
    assert "requirements.lock" in shared and "requirements.lock" not in own, "packages are built once for all"


# --- a sixth program

BENEFITS = {
    "title": "What families are entitled to",
    "port_offset": 5,
    "stores_data": True,
    "loops": ["relay", "listen", "work"],
    "calls": ["identity", "consent"],
    "has_client": True,
}
CODE = '''
"""A program that is nowhere but here."""

from typing import Any, ClassVar

from chassis.program import Program
from chassis.reactions import Reactions
from chassis.settings import ServiceSettings


class BenefitsSettings(ServiceSettings):
    name: ClassVar[str] = "benefits"
    usual_port: ClassVar[int] = 8705
    consent_url: str = "http://127.0.0.1:8703"


def ask(runtime: Any) -> Any:
    return runtime.client("consent")


reactions = Reactions()
reactions.on("families.fact", "fact.recorded")(lambda session, events: None)
program = Program("benefits", "Benefits", BenefitsSettings, base=object, reactions=reactions, workers=[object()])
'''


def written_to(folder: Path, programs: Any) -> Path:
    """The manifests of these programs, with what the generator does not make. Returns the folder of `base`'s parent."""
    k8s = folder / "deploy" / "k8s"
    shutil.copytree(K8S, k8s, ignore=shutil.ignore_patterns("secrets"))
    for name, text in generate(programs, VERSION).items():
        (folder / name).write_text(text)
    return k8s


@pytest.fixture
def sixth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A platform with a program more, in a folder of its own; the rules know that program."""
    source = tmp_path / "services" / "benefits" / "src"
    (source / "benefits").mkdir(parents=True)
    (source / "benefits" / "__init__.py").touch()
    (source / "benefits" / "app.py").write_text(CODE)
    monkeypatch.syspath_prepend(str(source))
    table = read_table(DeclaredProgram.source)
    programs = check_entries(DeclaredProgram, table | {"benefits": BENEFITS})
    written_to(tmp_path, programs)
    for module in (manifests, rules):
        monkeypatch.setattr(module, "DECLARED", programs)
        monkeypatch.setattr(module, "PROGRAMS", tuple(programs))
    monkeypatch.setattr(rules, "SERVICES", tuple(code for code, one in programs.items() if one.stores_data))
    # Its source is looked for where this platform is; the others' is where it always was.
    there = {"benefits": programs["benefits"].model_copy(update={"folder": str(source.parent)})}
    monkeypatch.setattr(manifests, "DECLARED", MappingProxyType(dict(programs) | there))
    yield tmp_path
    calls.cache_clear()
    for name in ("benefits", "benefits.app"):
        sys.modules.pop(name, None)


def test_a_sixth_program_is_deployed_by_every_rule(sixth: Path) -> None:
    made = plain(sixth / "deploy" / "k8s")
    there = {f"{held['kind']} {held['metadata']['name']}" for held in made}
    assert there >= {
        "ServiceAccount benefits",
        "Service benefits",
        "ConfigMap benefits",
        "Secret benefits",
        "Job benefits-migrate",
        *(f"Deployment benefits-{command}" for command in ("serve", "relay", "listen", "work")),
        "NetworkPolicy benefits-calls",
    }
    assert {rule.__name__: list(rule(made)) for rule in rules.RULES} == {rule.__name__: [] for rule in rules.RULES}


def test_a_sixth_program_has_its_containers_by_every_rule(sixth: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = compose.read(sixth / "docker-compose.yml")
    assert held["services"].keys() >= {"benefits", "benefits-migrate", "benefits-relay", "benefits-work"}
    (sixth / "gateway").symlink_to(ROOT / "gateway")
    for service in ("chassis", *(code for code in PROGRAMS if code != "gateway")):
        (sixth / "services" / service).symlink_to(ROOT / "services" / service)
    monkeypatch.setattr(compose, "ROOT", sixth)
    made = plain(sixth / "deploy" / "k8s")
    assert {rule.__name__: list(rule(held, made)) for rule in compose.RULES} == {
        rule.__name__: [] for rule in compose.RULES
    }


def test_what_kustomize_makes_of_a_sixth_program_keeps_every_rule(sixth: Path) -> None:
    dev = sixth / "deploy" / "k8s" / "overlays" / "dev"
    subprocess.run([sys.executable, dev / "make_secrets.py"], check=True, capture_output=True)
    assert {"benefits.database", "benefits.secret"} <= {path.name for path in (dev / "secrets").iterdir()}
    made = without_digests(build(required(), dev))
    assert {rule.__name__: list(rule(made)) for rule in rules.RULES} == {rule.__name__: [] for rule in rules.RULES}
