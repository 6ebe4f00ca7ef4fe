"""The manifests in `deploy/k8s` describe exactly our programs, and each check of them is awake."""

import copy
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from . import rules
from .manifests import (
    BASE,
    DEV,
    K8S,
    PROGRAMS,
    Manifest,
    build,
    calls,
    kubectl,
    kustomization,
    named,
    of_kind,
    plain,
    without_digests,
    workloads,
)

Rule = Callable[[list[Manifest]], Iterator[str]]
written = cache(plain)


def required() -> str:
    """kubectl; where it may not be missing, as in CI, its absence is a failure."""
    found = kubectl()
    if found is None and os.environ.get("THINKFAMILY_REQUIRE_KUBECTL"):
        pytest.fail("kubectl is required here, and is not installed")
    return found or pytest.skip("no kubectl: the plain files are checked, what kustomize makes of them is not")


@pytest.fixture(scope="module")
def tool() -> str:
    return required()


@pytest.fixture(scope="module")
def overlay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dev overlay in a folder of its own, with secrets: those of a developer stay untouched."""
    copied = tmp_path_factory.mktemp("deploy") / "k8s"
    shutil.copytree(K8S, copied, ignore=shutil.ignore_patterns("secrets"))
    folder = copied / DEV.relative_to(K8S)
    subprocess.run([sys.executable, folder / "make_secrets.py"], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def built(tool: str, overlay: Path) -> list[Manifest]:
    return build(tool, overlay)


# --- what is written, and what kustomize makes of it


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_the_plain_manifests_keep_the_rule(rule: Rule) -> None:
    assert list(rule(written())) == []


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_what_kustomize_makes_keeps_the_rule(rule: Rule, built: list[Manifest]) -> None:
    assert list(rule(without_digests(built))) == []


@pytest.mark.parametrize("folder", [BASE, DEV], ids=lambda folder: folder.name)
def test_every_file_of_a_folder_is_listed(folder: Path) -> None:
    listed = {name for name in kustomization(folder)["resources"] if name.endswith(".yaml")}
    assert listed == {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}


def test_base_makes_no_secret_and_no_store(tool: str) -> None:
    manifests = build(tool, BASE)
    assert {held["kind"] for held in manifests} & {"Secret", "StatefulSet", "PersistentVolumeClaim"} == set()
    assert {held["metadata"].get("namespace", "thinkfamily") for held in manifests} == {"thinkfamily"}


def test_every_image_has_a_fixed_tag(built: list[Manifest]) -> None:
    images = {container["image"] for work in workloads(built) for container in work.containers}
    assert {image.partition(":")[0] for image in images} >= {f"thinkfamily/{program}" for program in PROGRAMS}
    assert [image for image in images if image.partition(":")[2] in ("", "latest")] == []


def test_a_changed_setting_or_secret_rolls_the_pods_that_read_it(built: list[Manifest]) -> None:
    there = {held["metadata"]["name"] for held in of_kind(built, "ConfigMap", "Secret")}
    for work in workloads(built):
        names = {told["configMapRef"]["name"] for held in work.containers for told in held.get("envFrom", [])}
        names |= {name for _, name, _ in rules.secrets_of(work)}
        assert names <= there, work.who
        assert all(len(name.rpartition("-")[2]) == 10 for name in names), work.who


def test_secrets_are_made_once_and_for_their_owner_alone(overlay: Path) -> None:
    files = sorted((overlay / "secrets").iterdir())
    before = {path.name: path.read_text() for path in files}
    subprocess.run([sys.executable, overlay / "make_secrets.py"], check=True)
    assert {path.name: path.read_text() for path in files} == before
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    listed = {Path(name).name for told in kustomization(DEV)["secretGenerator"] for name in told["files"]}
    assert listed == set(before)


def test_a_secret_of_a_former_name_is_renamed_and_not_made_anew(tmp_path: Path) -> None:
    (tmp_path / "identity.seal").write_text("ab" * 32)
    for _ in range(2):
        subprocess.run([sys.executable, DEV / "make_secrets.py", tmp_path], check=True, capture_output=True)
    assert (tmp_path / "identity.wrapping-key").read_text() == "ab" * 32
    assert not (tmp_path / "identity.seal").exists()


def test_the_code_calls_as_the_design_says() -> None:
    """Else a network that follows the code would follow it anywhere."""
    assert {program: calls(program) for program in PROGRAMS} == {
        "gateway": {"identity", "families", "consent", "claims"},
        "families": {"identity", "consent"},
        "claims": {"identity", "consent", "families"},
        "consent": {"identity", "families"},
        "identity": set(),
    }


# --- each check is awake


def pod(manifests: list[Manifest], name: str, kind: str = "Deployment") -> Any:
    return named(manifests, kind, name)["spec"]["template"]["spec"]


def main(manifests: list[Manifest], name: str, kind: str = "Deployment") -> Any:
    return pod(manifests, name, kind)["containers"][0]


def variable(manifests: list[Manifest], store: str, name: str) -> Any:
    return next(told for told in main(manifests, store, "StatefulSet")["env"] if told["name"] == name)


def policy(manifests: list[Manifest], name: str) -> Any:
    return named(manifests, "NetworkPolicy", name)["spec"]


def without(manifests: list[Manifest], kind: str, name: str) -> None:
    manifests.remove(named(manifests, kind, name))


Spoil = Callable[[list[Manifest]], Any]
SPOILT: dict[str, tuple[Rule, Spoil, str]] = {
    "a field that is misspelt": (
        rules.schemas,
        lambda m: main(m, "families-serve").update(resourcez={}),
        "resourcez",
    ),
    "a number that is a word": (
        rules.schemas,
        lambda m: named(m, "Deployment", "claims-work")["spec"].update(replicas="two"),
        "claims-work",
    ),
    "a command without a Deployment": (
        rules.one_deployment_a_command,
        lambda m: without(m, "Deployment", "claims-listen"),
        "claims listen has no manifest",
    ),
    "a Deployment without a command": (
        rules.one_deployment_a_command,
        lambda m: named(m, "Deployment", "identity-work")["spec"]["template"]["metadata"]["labels"].update(
            {"app.kubernetes.io/component": "listen"}
        ),
        "identity listen is no command",
    ),
    "a command of another program": (
        rules.one_deployment_a_command,
        lambda m: main(m, "consent-relay").update(command=["python", "-m", "chassis.cli", "claims", "relay"]),
        "consent-relay",
    ),
    "a namespace that only warns": (
        rules.restricted,
        lambda m: named(m, "Namespace", "thinkfamily")["metadata"]["labels"].pop("pod-security.kubernetes.io/enforce"),
        "The namespace",
    ),
    "a pod that may be root": (
        rules.restricted,
        lambda m: pod(m, "gateway-serve")["securityContext"].update(runAsUser=0),
        "gateway-serve may run as root",
    ),
    "a pod without seccomp": (
        rules.restricted,
        lambda m: pod(m, "postgres", "StatefulSet")["securityContext"].pop("seccompProfile"),
        "postgres has no seccomp",
    ),
    "a pod on the host's network": (
        rules.restricted,
        lambda m: pod(m, "identity-work").update(hostNetwork=True),
        "shares the host's",
    ),
    "a folder of the host": (
        rules.restricted,
        lambda m: pod(m, "identity-work")["volumes"].append({"name": "host", "hostPath": {"path": "/"}}),
        "mounts more than it may: host",
    ),
    "a scratch folder without a bound": (
        rules.restricted,
        lambda m: pod(m, "families-serve")["volumes"][1].update(emptyDir={}),
        "may fill the disk: var",
    ),
    "a token of the cluster": (
        rules.restricted,
        lambda m: pod(m, "families-work").pop("automountServiceAccountToken"),
        "families-work carries a token",
    ),
    "the account of another program": (
        rules.restricted,
        lambda m: pod(m, "families-work").update(serviceAccountName="claims"),
        "no account of its own",
    ),
    "variables from Services, one of which is a program's port": (
        rules.restricted,
        lambda m: pod(m, "families-work").pop("enableServiceLinks"),
        "FAMILIES_PORT",
    ),
    "an init container that gains privileges": (
        rules.restricted,
        lambda m: pod(m, "claims-serve")["initContainers"][0]["securityContext"].pop("allowPrivilegeEscalation"),
        "await-migration, may gain privileges",
    ),
    "a capability": (
        rules.restricted,
        lambda m: main(m, "kafka", "StatefulSet")["securityContext"]["capabilities"].update(add=["NET_RAW"]),
        "keeps capabilities",
    ),
    "a writable root": (
        rules.restricted,
        lambda m: main(m, "claims-migrate", "Job")["securityContext"].update(readOnlyRootFilesystem=False),
        "may write to its root",
    ),
    "memory without a limit": (
        rules.restricted,
        lambda m: main(m, "consent-serve")["resources"]["limits"].pop("memory"),
        "has no limits",
    ),
    "a secret as a variable": (
        rules.secrets_are_files,
        lambda m: main(m, "identity-bootstrap", "Job")["env"].append(
            {
                "name": "WRAPPING_KEY",
                "valueFrom": {"secretKeyRef": {"name": "identity", "key": "identity.wrapping-key"}},
            }
        ),
        "identity-bootstrap takes a secret as a variable",
    ),
    "all secrets as variables": (
        rules.secrets_are_files,
        lambda m: main(m, "claims-serve")["envFrom"].append({"secretRef": {"name": "claims"}}),
        "claims-serve takes a secret as a variable",
    ),
    "a password in a setting": (
        rules.secrets_are_files,
        lambda m: named(m, "ConfigMap", "consent")["data"].update(
            CONSENT_DATABASE_URL="postgresql+psycopg://consent:word@postgres:5432/consent"
        ),
        "holds a password in CONSENT_DATABASE_URL",
    ),
    "a secret that all may read": (
        rules.secrets_are_files,
        lambda m: pod(m, "claims-relay")["volumes"][0]["secret"].update(defaultMode=0o444),
        "lets others read",
    ),
    "another program's secrets": (
        rules.secrets_are_files,
        lambda m: pod(m, "claims-relay")["volumes"][0]["secret"].update(secretName="families"),
        "other secrets than it needs",
    ),
    "a secret that nobody makes": (
        rules.secrets_are_files,
        lambda m: without(m, "Secret", "administrator"),
        "wants the secret administrator",
    ),
    "no group that secrets and disks belong to": (
        rules.volumes,
        lambda m: [work.pod["securityContext"].pop("fsGroup") for work in workloads(m)],
        "Job identity-bootstrap is not of the group",
    ),
    "the group of somebody else": (
        rules.volumes,
        lambda m: pod(m, "postgres", "StatefulSet")["securityContext"].update(fsGroup=1000),
        "postgres is not of the group",
    ),
    "a folder elsewhere than the settings say": (
        rules.volumes,
        lambda m: main(m, "families-serve")["volumeMounts"][1].update(mountPath="/var/lib/families"),
        "families-serve, container serve, cannot write",
    ),
    "settings that name another folder": (
        rules.volumes,
        lambda m: named(m, "ConfigMap", "claims")["data"].update(CLAIMS_VAR="/srv"),
        "claims-migrate, container migrate, cannot write",
    ),
    "a Kafka at the root of its disk": (
        rules.volumes,
        lambda m: variable(m, "kafka", "KAFKA_LOG_DIRS").update(value="/var/lib/kafka/data"),
        "kafka keeps its data at the root",
    ),
    "no probe for a start that takes long": (
        rules.probes,
        lambda m: main(m, "families-listen").pop("startupProbe"),
        "has no startupProbe",
    ),
    "a life that hangs on the database": (
        rules.probes,
        lambda m: main(m, "families-serve")["livenessProbe"].update(httpGet={"path": "/health/ready", "port": "http"}),
        "livenessProbe",
    ),
    "a port that is another program's": (
        rules.probes,
        lambda m: main(m, "families-serve")["ports"][0].update(containerPort=8704),
        "not at its usual port",
    ),
    "an end while still called": (
        rules.ends_gracefully,
        lambda m: main(m, "gateway-serve").pop("lifecycle"),
        "stops while it is still called",
    ),
    "an end that is cut off": (
        rules.ends_gracefully,
        lambda m: pod(m, "claims-work").update(terminationGracePeriodSeconds=5),
        "is killed before it has ended",
    ),
    "a relay without a stand-by": (
        rules.stands_by,
        lambda m: named(m, "Deployment", "families-relay")["spec"].update(replicas=1),
        "no second replica",
    ),
    "a Deployment without a budget": (
        rules.stands_by,
        lambda m: without(m, "PodDisruptionBudget", "claims-serve"),
        "claims-serve has no budget",
    ),
    "a budget of nothing": (
        rules.stands_by,
        lambda m: named(m, "PodDisruptionBudget", "claims-serve")["metadata"].update(name="claim-serve"),
        "claim-serve guards nothing",
    ),
    "two replicas on one node": (
        rules.stands_by,
        lambda m: pod(m, "identity-serve").pop("topologySpreadConstraints"),
        "may stand on one node",
    ),
    "an update that gives up a replica": (
        rules.stands_by,
        lambda m: named(m, "Deployment", "identity-serve")["spec"].pop("strategy"),
        "gives up a replica",
    ),
    "a command that does not wait": (
        rules.waits_for_its_tables,
        lambda m: pod(m, "consent-relay").pop("initContainers"),
        "consent-relay does not wait",
    ),
    "a wait with the image of another release": (
        rules.waits_for_its_tables,
        lambda m: pod(m, "consent-relay")["initContainers"][0].update(image="thinkfamily/consent:before"),
        "consent-relay does not wait",
    ),
    "a job that is tried once": (
        rules.waits_for_its_tables,
        lambda m: [held["spec"].update(backoffLimit=0) for held in of_kind(m, "Job")],
        "Job consent-migrate gives up",
    ),
    "a wait that is written otherwise": (
        rules.waits_for_its_tables,
        lambda m: pod(m, "consent-relay")["initContainers"][0].update(imagePullPolicy="Always"),
        "do not wait alike",
    ),
    "a Service that leads to a relay": (
        rules.services,
        lambda m: named(m, "Service", "families")["spec"].update(selector={"app.kubernetes.io/name": "families"}),
        "Service families",
    ),
    "a Service beside the ingress": (
        rules.services,
        lambda m: named(m, "Service", "families")["spec"].update(type="LoadBalancer"),
        "opens a way around",
    ),
    "a Service that leads to no pod": (
        rules.services,
        lambda m: named(m, "Service", "kafka")["spec"]["selector"].update({"app.kubernetes.io/component": "broker"}),
        "Service kafka leads to no pod",
    ),
    "a database at another port than its Service's": (
        rules.services,
        lambda m: main(m, "postgres", "StatefulSet")["ports"][0].update(containerPort=5433),
        "Service postgres is at another port",
    ),
    "a Service at another port than its Kafka's": (
        rules.services,
        lambda m: named(m, "Service", "kafka")["spec"]["ports"][0].update(port=9093),
        "Service kafka is at another port",
    ),
    "a Service for a port without a name": (
        rules.services,
        lambda m: named(m, "Service", "postgres")["spec"]["ports"][0].update(targetPort="sql"),
        "Service postgres is at another port",
    ),
    "a setting that does not exist": (
        rules.settings,
        lambda m: named(m, "ConfigMap", "claims")["data"].update(CLAIMS_CONSENTS_URL="http://consent:8703"),
        "does not know CLAIMS_CONSENTS_URL",
    ),
    "another issuer": (
        rules.settings,
        lambda m: named(m, "ConfigMap", "claims")["data"].update(CLAIMS_ISSUER="http://identity"),
        "another issuer",
    ),
    "another program's database": (
        rules.settings,
        lambda m: named(m, "ConfigMap", "claims")["data"].update(
            CLAIMS_DATABASE_URL="postgresql+psycopg://claims@postgres:5432/families"
        ),
        "role and database of its own",
    ),
    "a database without a Service": (
        rules.settings,
        lambda m: without(m, "Service", "postgres"),
        "consent looks for a store at postgres:5432",
    ),
    "a Kafka without a Service": (
        rules.settings,
        lambda m: without(m, "Service", "kafka"),
        "consent looks for a store at kafka:9092",
    ),
    "a database's Service at another port": (
        rules.settings,
        lambda m: named(m, "Service", "postgres")["spec"]["ports"][0].update(port=5433),
        "claims looks for a store at postgres:5432",
    ),
    "a database that is not there": (
        rules.settings,
        lambda m: named(m, "ConfigMap", "claims")["data"].update(
            CLAIMS_DATABASE_URL="postgresql+psycopg://claims@database:5432/claims"
        ),
        "claims looks for a store at database:5432",
    ),
    "a second Kafka that is not there": (
        rules.settings,
        lambda m: named(m, "ConfigMap", "claims")["data"].update(CLAIMS_KAFKA_SERVERS="kafka:9092,kafka:9093"),
        "claims looks for a store at kafka:9093",
    ),
    "more copies than brokers": (
        rules.settings,
        lambda m: named(m, "ConfigMap", "identity")["data"].update(IDENTITY_KAFKA_COPIES="3"),
        "identity wants 3 copies",
    ),
    "a program that only itself can call": (
        rules.settings,
        lambda m: named(m, "ConfigMap", "gateway")["data"].pop("GATEWAY_HOST"),
        "gateway listens at 127.0.0.1:8700",
    ),
    "a program at another port": (
        rules.settings,
        lambda m: named(m, "ConfigMap", "claims")["data"].update(CLAIMS_PORT="9000"),
        "claims listens at 0.0.0.0:9000",
    ),
    "no way to consent": (
        rules.settings,
        lambda m: named(m, "ConfigMap", "families")["data"].pop("FAMILIES_CONSENT_URL"),
        "families is told the way",
    ),
    "no denial to begin with": (
        rules.only_the_arrows,
        lambda m: without(m, "NetworkPolicy", "deny-all"),
        "has no business there",
    ),
    "claims reached by families": (
        rules.only_the_arrows,
        lambda m: (
            policy(m, "families-calls")["egress"].append({"ports": [{"protocol": "TCP", "port": 8704}]}),
            policy(m, "claims-callers")["ingress"].append({"from": [{"podSelector": {}}]}),
        ),
        "families serve reaches claims serve",
    ),
    "a relay that may call": (
        rules.only_the_arrows,
        lambda m: (
            policy(m, "claims-calls")["podSelector"].pop("matchExpressions")
            and policy(m, "consent-callers")["ingress"][0]["from"][0]["podSelector"]["matchExpressions"].pop()
        ),
        "claims relay reaches consent serve",
    ),
    "a stranger's namespace let in": (
        rules.only_the_arrows,
        lambda m: policy(m, "ingress-to-serve")["ingress"][0]["from"][0].update(namespaceSelector={}),
        "elsewhere reaches",
    ),
    "a database open to the gateway": (
        rules.only_the_arrows,
        lambda m: (
            [policy(m, name).update(podSelector={}) for name in ("services-to-postgres",)]
            and policy(m, "postgres-callers")["ingress"][0].pop("from")
        ),
        "gateway serve reaches postgres store",
    ),
    "a worker near Kafka": (
        rules.only_the_arrows,
        lambda m: [
            selector["matchExpressions"][1]["values"].append("work")
            for selector in (
                policy(m, "listeners-to-kafka")["podSelector"],
                policy(m, "kafka-callers")["ingress"][0]["from"][1]["podSelector"],
            )
        ],
        "families work reaches kafka store",
    ),
    "a Kafka that every command of a service reaches": (
        rules.only_the_arrows,
        lambda m: [
            selector.pop("matchLabels")
            for selector in (
                policy(m, "relays-to-kafka")["podSelector"],
                policy(m, "kafka-callers")["ingress"][0]["from"][0]["podSelector"],
            )
        ],
        "identity migrate reaches kafka store",
    ),
    "a listener that may not hear": (
        rules.only_the_arrows,
        lambda m: without(m, "NetworkPolicy", "listeners-to-kafka"),
        "claims listen does not reach kafka store",
    ),
    "names asked for by TCP alone": (
        rules.only_the_arrows,
        lambda m: policy(m, "all-to-dns")["egress"][0]["ports"].pop(0),
        "gateway serve does not reach kube-system at UDP 53",
    ),
    "no names resolved": (
        rules.only_the_arrows,
        lambda m: without(m, "NetworkPolicy", "all-to-dns"),
        "does not reach kube-system",
    ),
    "an arrow with one end": (
        rules.only_the_arrows,
        lambda m: without(m, "NetworkPolicy", "consent-callers"),
        "claims work does not reach consent serve",
    ),
    "figures that nobody may fetch": (
        rules.only_the_arrows,
        lambda m: without(m, "NetworkPolicy", "monitoring-to-programs"),
        "monitoring does not reach",
    ),
    "one program that is written otherwise": (
        rules.alike,
        lambda m: main(m, "consent-relay")["livenessProbe"].update(periodSeconds=1),
        "are not written alike",
    ),
}


@pytest.mark.parametrize("harm", SPOILT)
def test_a_spoilt_manifest_is_caught(harm: str) -> None:
    rule, spoil, finding = SPOILT[harm]
    manifests = copy.deepcopy(written())
    spoil(manifests)
    # The schemas look at each manifest by itself, and take their time.
    looked_at = [held for held in manifests if held not in written()] if rule is rules.schemas else manifests
    assert [found for found in rule(looked_at) if finding in found], f"{rule.__name__} slept through {harm}"


def test_every_rule_has_a_spoilt_manifest_that_it_catches() -> None:
    """Else a rule may fall asleep, or come without ever having been awake."""
    awake = {rule for rule, _, _ in SPOILT.values()}
    assert [rule.__name__ for rule in rules.RULES if rule not in awake] == []


def test_a_kustomization_that_names_no_such_file_is_refused(tool: str, overlay: Path, tmp_path: Path) -> None:
    shutil.copytree(overlay.parents[1], tmp_path / "k8s")
    (tmp_path / "k8s" / "base" / "claims.yaml").unlink()
    with pytest.raises(AssertionError, match=r"claims\.yaml"):
        build(tool, tmp_path / "k8s" / "base")


def test_where_kubectl_is_required_its_absence_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.kubectl", lambda: None)
    monkeypatch.setenv("THINKFAMILY_REQUIRE_KUBECTL", "1")
    with pytest.raises(pytest.fail.Exception, match="kubectl is required"):
        required()
