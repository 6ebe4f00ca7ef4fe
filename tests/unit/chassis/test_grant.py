"""A broker that asks who is there: a program writes its own topics, and reads what it reacts to. All else is refused.

The table says so a second time, by hand. What is tried goes to the broker as Kafka's own requests, whose answers are
its own codes; so a client that stays quiet about a refusal hides none.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from fastapi.routing import APIRoute
from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from kafka.protocol.admin import DeleteTopicsRequest
from kafka.protocol.consumer import FetchRequest, JoinGroupRequest
from kafka.protocol.producer import ProduceRequest
from kafka.record.memory_records import MemoryRecordsBuilder
from structlog.testing import capture_logs

from chassis import grant
from chassis.cli import load
from chassis.events import envelope, received
from chassis.log import Entry
from chassis.log.base import NotGranted
from chassis.log.credentials import REFUSALS, Credentials, NoPassword
from chassis.log.kafka import KafkaLog, common_settings, connected
from chassis.problems import Problem
from chassis.relay import Relay
from chassis.runtime import Runtime, make_runtime, running
from fixtures.footing import ON_PRODUCTION, Production
from fixtures.tokens import TRUSTED
from journey.servers.kafka import SUPER_USER
from vocabulary.programs import SERVICES

pytestmark = ON_PRODUCTION

READERS = {
    "claims.batch": "",
    "claims.claim": "families",
    "claims.family": "",
    "claims.question": "",
    "claims.transparency": "claims consent",
    "claims.visit": "families",
    "consent.agreement": "claims",
    "consent.consent": "claims families",
    "consent.protection": "claims families",
    "consent.transparency": "claims consent",
    "consent.welfare": "families",
    "families.bar": "claims",
    "families.fact": "claims",
    "families.family": "claims",
    "families.person": "claims",
    "families.push": "claims",
    "families.support": "claims",
    "families.transparency": "claims consent families",
    "identity.client": "",
    "identity.directory": "claims consent families",
    "identity.transparency": "claims consent",
}
"""Who reads a topic: who must act on what is told there. Who writes it stands in its name."""
DONE, NO_TOPIC, NO_GROUP = 0, 29, 30
"""Kafka's codes: done, and not authorized for a topic, for a group."""


WRITES = ("Write", "Create")


def may_write(program: str, topic: str) -> bool:
    return topic.partition(".")[0] == program


def may_read(program: str, topic: str) -> bool:
    return program in READERS[topic].split()


class Client:
    """Somebody who is connected, and asks for what they like."""

    def __init__(self, admin: Any, mark: str) -> None:
        self._admin, self._mark = admin, mark

    def ask(self, request: Any) -> Any:
        return self._admin._manager.run(self._admin._manager.send, request)

    def write(self, *topics: str, value: bytes = b"{}") -> dict[str, int]:
        """Shape: topic → code."""
        kind = ProduceRequest.TopicProduceData
        sent = [
            kind(name=self._mark + topic, partition_data=[kind.PartitionProduceData(index=0, records=record(value))])
            for topic in topics
        ]
        answer = self.ask(ProduceRequest(acks=-1, timeout_ms=60_000, topic_data=sent, max_version=12))
        return {told.name.removeprefix(self._mark): told.partition_responses[0].error_code for told in answer.responses}

    def read(self, *topics: str) -> dict[str, int]:
        """Shape: topic → code."""
        kind = FetchRequest.FetchTopic
        start = {"partition": 0, "current_leader_epoch": -1, "fetch_offset": 0, "last_fetched_epoch": -1}
        part = kind.FetchPartition(**start, log_start_offset=-1, partition_max_bytes=1 << 20)
        wanted = [kind(topic=self._mark + topic, partitions=[part]) for topic in topics]
        once = {"session_id": 0, "session_epoch": -1, "isolation_level": 0, "forgotten_topics_data": [], "rack_id": ""}
        size = {"max_wait_ms": 0, "min_bytes": 0, "max_bytes": 1 << 24}
        answer = self.ask(FetchRequest(**once, **size, topics=wanted, max_version=12))
        return {told.topic.removeprefix(self._mark): told.partitions[0].error_code for told in answer.responses}

    def join(self, group: str) -> int:
        """A group by a topic's name. Returns the code."""
        member = {"group_id": self._mark + group, "member_id": "", "group_instance_id": None}
        protocols = [JoinGroupRequest.JoinGroupRequestProtocol(name="range", metadata=b"")]
        times = {"session_timeout_ms": 6000, "rebalance_timeout_ms": 6000}
        request = JoinGroupRequest(**member, **times, protocol_type="consumer", protocols=protocols, max_version=5)
        code: int = self.ask(request).error_code
        return code


def record(value: bytes) -> bytes:
    batch = MemoryRecordsBuilder(magic=2, compression_type=0, batch_size=1 << 20)
    batch.append(timestamp=1, key=b"k", value=value, headers=[])
    batch.close()
    return bytes(batch.buffer())


def check_refused(user: str, act: Callable[[], object]) -> None:
    """The broker says that it does not let this user in, and nobody tries again after that."""
    with pytest.raises(KafkaError, match="bootstrap"):
        act()
    assert REFUSALS.has(user)


@dataclass
class Broker:
    """The shared broker, with the users and topics of one platform: those of others stand beside them."""

    servers: str
    mark: str
    secrets: Path
    super_user: Credentials

    def credentials(self, program: str, password_of: str = "") -> Credentials:
        return Credentials(f"{self.mark}{program}", self.secrets / f"{password_of or program}.kafka")

    @contextmanager
    def client(self, who: Credentials | None, patience: int = 60_000) -> Iterator[Client]:
        common = common_settings(self.servers, "", who) | {"bootstrap_timeout_ms": patience}
        with closing(connected(KafkaAdminClient, common)) as admin:
            yield Client(admin, self.mark)

    @contextmanager
    def log(self, program: str, password_of: str = "") -> Iterator[KafkaLog]:
        who = self.credentials(program, password_of)
        with closing(KafkaLog(self.servers, self.mark, partitions=1, credentials=who)) as log:
            yield log

    def grant(self, *arguments: str) -> int:
        return grant.main([*arguments, "--password-file", str(self.super_user.password_file)])


@pytest.fixture(scope="module")
def broker(footing: Production, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    mark, secrets = f"{uuid4().hex}.", tmp_path_factory.mktemp("secrets")
    broker = Broker(footing.kafka.servers, mark, secrets, Credentials(SUPER_USER, footing.kafka.password_file))
    with pytest.MonkeyPatch.context() as environment:
        for program in SERVICES:
            (secrets / f"{program}.kafka").write_text(uuid4().hex)
            own = {"KAFKA_SERVERS": broker.servers, "KAFKA_PREFIX": mark, "KAFKA_USER": f"{mark}{program}"}
            for name, value in (own | {"SECRETS": str(secrets)}).items():
                environment.setenv(f"{program.upper()}_{name}", value)
        assert broker.grant(*SERVICES) == 0
        for program in SERVICES:  # as its relay does when it begins
            with broker.log(program) as log:
                log.prepare(load(program).topics)
        yield broker


# --- each program beside each topic


def test_the_table_names_every_topic(broker: Broker) -> None:
    assert sorted(READERS) == sorted(topic for program in SERVICES for topic in load(program).topics)


@pytest.mark.parametrize("program", SERVICES)
def test_a_program_writes_its_own_topics_reads_what_it_reacts_to_and_joins_no_group(
    broker: Broker, program: str
) -> None:
    with broker.client(broker.credentials(program)) as client:
        assert client.write(*READERS) == {t: DONE if may_write(program, t) else NO_TOPIC for t in READERS}
        assert client.read(*READERS) == {t: DONE if may_read(program, t) else NO_TOPIC for t in READERS}
        assert {client.join(topic) for topic in READERS} == {NO_GROUP}


def test_who_has_no_user_or_a_wrong_password_is_not_let_in(broker: Broker) -> None:
    (broker.secrets / "wrong.kafka").write_text("wrong")
    strangers = [broker.credentials("consent", password_of="claims"), broker.credentials("claims", password_of="wrong")]
    strangers += [broker.credentials("nobody", password_of="claims")]

    def connect(who: Credentials | None) -> None:
        with broker.client(who, patience=60_000 if who else 700):
            pass

    for who in strangers:
        check_refused(who.user, partial(connect, who))
        REFUSALS.forget(who.user)
    with pytest.raises(KafkaError, match="bootstrap"):
        connect(None)


def test_a_program_changes_neither_topics_nor_rights(broker: Broker) -> None:
    with broker.client(broker.credentials("claims")) as client:
        names = [f"{broker.mark}claims.claim"]
        told = client.ask(DeleteTopicsRequest(topic_names=names, timeout_ms=9000, max_version=5))
        assert [each.error_code for each in told.responses] == [NO_TOPIC]
        with pytest.raises(KafkaError):
            grant.grant(client._admin, f"{broker.mark}claims", "password", [])
        assert client.write("claims.claim") == {"claims.claim": DONE}


# --- a fact that was made up


def test_a_fact_that_another_program_made_up_never_reaches_the_log(broker: Broker) -> None:
    kind = "org.thinkfamily.families.fact.recorded.v1"
    forged: dict[str, Any] = {
        "id": uuid4(),
        "topic": "families.fact",
        "type": kind,
        "key": "k",
        "sequence": 1,
        "trace": None,
    }
    value = orjson.dumps(envelope(**forged, at=datetime.now(UTC), data={"value": "made up"}))
    assert received(orjson.loads(value)).name == "fact.recorded"  # it would be believed
    with broker.log("claims") as claims:
        before = claims.ends("families", ["families.fact"])
        for other in ("identity", "consent", "claims"):
            with broker.client(broker.credentials(other)) as client:
                assert client.write("families.fact", value=value) == {"families.fact": NO_TOPIC}
        assert claims.ends("families", ["families.fact"]) == before
        with broker.log("families") as families:
            families.append("families", [Entry("1", "families.fact", "k", value)])
        assert sum(claims.ends("families", ["families.fact"]).values()) == sum(before.values()) + 1


# --- what operations staff see and do


def relay_of(broker: Broker, footing: Production, folder: Path, password_of: str) -> Runtime:
    program = load("claims")
    who = broker.credentials("claims", password_of)
    log: dict[str, Any] = {
        "kafka_servers": broker.servers,
        "kafka_user": who.user,
        "kafka_password_file": who.password_file,
    }
    settings = program.settings(var=folder, **footing.store(program, folder), **log, kafka_prefix=broker.mark)
    runtime = make_runtime(settings, keys=TRUSTED)
    runtime.log._common["bootstrap_timeout_ms"] = 60_000  # type: ignore[attr-defined]
    return runtime


def ready(runtime: Runtime) -> Callable[[], Any]:
    app = load("claims").build(runtime, ("relay",))
    return next(route.endpoint for route in app.routes if isinstance(route, APIRoute) and route.path == "/health/ready")


def test_a_relay_with_a_wrong_password_is_not_ready_and_says_so_once(
    broker: Broker, footing: Production, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (broker.secrets / "mistaken.kafka").write_text("a password of another day")
    with running(relay_of(broker, footing, tmp_path, "mistaken")) as runtime, capture_logs() as said:
        ask, relay = ready(runtime), Relay(runtime, load("claims").topics)
        assert ask() == {"status": "ready"}  # it has not tried yet
        for _ in range(3):
            check_refused(f"{broker.mark}claims", relay.step)
            with pytest.raises(Problem):
                ask()
        refusals = [line for line in said if line["event"] == "the brokers refuse this program"]
        assert [(line["user"], line["log_level"]) for line in refusals] == [(f"{broker.mark}claims", "error")]
        assert "chassis.grant" in refusals[0]["why"]
        assert "SaslAuthenticationFailed" not in caplog.text, "each try tells of it again"
        assert "a password of another day" not in caplog.text + str(said)
        (broker.secrets / "mistaken.kafka").write_text((broker.secrets / "claims.kafka").read_text())
        relay.step()
        assert ask() == {"status": "ready"}
    footing.forget({"database_url": runtime.settings.database_url})


def test_a_password_that_cannot_be_read_is_told_by_its_file(broker: Broker) -> None:
    with broker.log("claims", password_of="nobody") as log, capture_logs() as said:
        for _ in range(2):
            with pytest.raises(NoPassword, match=r"nobody\.kafka cannot be read"):
                log.ends("claims", ["claims.claim"])
        assert log.refused
    assert [line["why"] for line in said if "why" in line] == [
        f"its password cannot be read from {broker.secrets / 'nobody.kafka'}"
    ]


def test_a_topic_that_a_program_may_not_read_or_write_is_told_and_not_taken_for_an_empty_one(broker: Broker) -> None:
    topic = f"{broker.mark}families.fact"
    with broker.log("identity") as log, capture_logs() as said:
        with pytest.raises(NotGranted, match=topic):
            log.ends("families", ["families.fact"])
        assert log.refused
        assert log.ends("identity", ["identity.client"]) and not log.refused
        with pytest.raises(KafkaError):
            log.append("identity", [Entry("1", "families.fact", "k", b"{}")])
        assert log.refused
        with pytest.raises(KafkaError):
            log.prepare([*load("identity").topics, "identities.other"])
    reasons = [line["why"].partition(":")[0] for line in said if "why" in line]
    made = f"it may not make {broker.mark}identities.other"
    assert reasons == [f"it may not read {topic}", f"it may not write {topic}", made]
    with closing(KafkaLog(broker.servers, broker.mark, credentials=broker.super_user)) as log:
        # One that nobody has made yet is waited for.
        assert log.ends("claims", ["claims.claim", "claims.later"]).keys() == {"claims.claim/0"}


def test_granting_again_takes_away_what_is_no_longer_needed_and_sets_a_new_password(
    broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    more = grant.Right(f"{broker.mark}consent", f"{broker.mark}families.fact", "Read")
    with broker.client(broker.super_user) as client:
        grant.grant(client._admin, more.user, (broker.secrets / "consent.kafka").read_text(), [more])
    with broker.client(broker.credentials("consent")) as client:
        assert client.read("families.fact", "families.transparency") == {
            "families.fact": DONE,
            "families.transparency": NO_TOPIC,
        }
        (broker.secrets / "consent.kafka").write_text("another")
        assert broker.grant("consent") == 0
        number = len(grant.list_rights(load("consent"), more.user))
        assert f"{number} rights, {number} new, 1 taken away" in capsys.readouterr().out
        assert client.read("families.fact", "families.transparency") == {
            "families.fact": NO_TOPIC,
            "families.transparency": DONE,
        }
    with broker.client(broker.credentials("consent")):
        pass
    assert broker.grant("consent") == 0
    assert f"{number} rights, 0 new, 0 taken away" in capsys.readouterr().out


def test_the_commands_of_the_page_on_operations_do_what_they_say(
    broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[3] / "docs" / "operations.md").read_text()
    shown, granted = re.findall(r"^python -m chassis\.grant (.+?) *(?:#.*)?$", page, re.MULTILINE)
    (broker.secrets / "families.kafka").write_text("another of families")
    assert broker.grant(*shown.split()) == 0
    lines = set(capsys.readouterr().out.splitlines())
    who = f"--add --allow-principal User:{broker.mark}families --operation"
    own = {f"{who} {does} --topic {broker.mark}{t}" for t in READERS if may_write("families", t) for does in WRITES}
    heard = {f"{who} Read --topic {broker.mark}{t}" for t in READERS if may_read("families", t)}
    assert lines == own | heard
    assert broker.grant(*granted.split()) == 0
    with broker.client(broker.credentials("families")) as client:
        assert client.write("families.fact") == {"families.fact": DONE}


def test_nothing_is_granted_by_who_may_not(broker: Broker, capsys: pytest.CaptureFixture[str]) -> None:
    own = str(broker.secrets / "claims.kafka")
    assert grant.main(["claims", "--super-user", f"{broker.mark}claims", "--password-file", own]) == 1
    assert grant.main(["claims", "--password-file", own]) == 1
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[2].partition(":")[0] for line in said] == ["nothing was granted"] * 2
