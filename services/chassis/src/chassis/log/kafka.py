"""The log in production: Kafka. A topic for each kind of thing that is told, a stream for each of its partitions.

Positions are kept by each consumer in its own database, in one transaction with the effects; so there are no consumer
groups, and nothing has to be rebalanced when a listener dies (`docs/adr/0016`).
"""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    OffsetOutOfRangeError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
)
from kafka.net.compat import KafkaNetClient
from kafka.protocol.metadata import MetadataRequest

from chassis.log.base import CUT, GONE, LARGEST_ENTRY, SHORTER, Entry, LogGap, NotGranted, Stored
from chassis.log.credentials import REFUSALS, Credentials
from chassis.telemetry import placed

PATIENCE = 15.0
"""Seconds after which a relay says that the broker is away. What it has handed over goes on waiting."""
FOR_EVER = 24 * 3600 * 1000
"""Milliseconds. A record that ran out of time while a later one of its key did not would break the key's order."""
LARGEST = 4 << 20
BOOTSTRAP_MS = 10_000
ADVICE = "run `python -m chassis.grant` (docs/operations.md)"
LOOK_AGAIN = 2.0
"""Seconds between two looks for topics that nobody has made yet."""
HEADERS = [("content-type", b"application/cloudevents+json; charset=UTF-8")]


class KafkaLog:
    """Shape: `prefix` stands before every topic's name; a stream is called `<topic>/<partition>`. Without `credentials`
    the brokers are not told who asks, which only those answer that ask nobody.

    Any number of threads may use it. Connections are opened when they are first needed.
    """

    largest = LARGEST_ENTRY
    look_every = 0.4  # each look asks the brokers

    def __init__(
        self,
        servers: str,
        prefix: str = "",
        partitions: int = 6,
        copies: int = 1,
        name: str = "",
        credentials: Credentials | None = None,
    ) -> None:
        self._prefix, self._partitions, self._copies = prefix, partitions, copies
        self._user = credentials.user if credentials else ""
        REFUSALS.forget(self._user)  # what another log of this process was told was of another time or broker
        self._common = common_settings(servers, name, credentials)
        self._sending = threading.Lock()
        self._producer: Any = None
        self._under_way: list[tuple[str, str, Any]] = []
        self._reader, self._looker = _Reader(self._common, prefix), _Reader(self._common, prefix)

    @property
    def refused(self) -> bool:
        return REFUSALS.has(self._user)

    def prepare(self, topics: Sequence[str]) -> None:
        admin = connected(KafkaAdminClient, self._common)
        try:
            there = set(admin.list_topics())
            missing = [name for topic in topics if (name := self._prefix + topic) not in there]
            if missing:
                with suppress(TopicAlreadyExistsError):  # another replica was quicker
                    admin.create_topics({name: self._new_topic() for name in missing}, wait_for_metadata=True)
        except TopicAuthorizationFailedError:
            REFUSALS.tell(self._user, f"it may not make {', '.join(missing)}: {ADVICE}")
            raise
        finally:
            admin.close()

    def _new_topic(self) -> dict[str, Any]:
        # Kept for ever: what a service has learnt can be built anew from the first event on.
        configs = {"retention.ms": "-1", "cleanup.policy": "delete", "max.message.bytes": str(2 * LARGEST)}
        if self._copies > 2:
            configs["min.insync.replicas"] = "2"
        return {"num_partitions": self._partitions, "replication_factor": self._copies, "configs": configs}

    def append(self, producer: str, entries: Sequence[Entry]) -> None:
        with self._sending:
            if self._producer is None:
                self._producer = self._open_producer()
            self._hand_over(entries)
            try:
                self._producer.flush(timeout=PATIENCE)
            except KafkaTimeoutError:
                away = TimeoutError("The broker has not confirmed the events yet")
                first = next((topic for _, topic, sent in self._under_way if not sent.is_done), "-")
                raise placed(away, operation="send", topic=first, entries=len(self._under_way)) from None
            under_way, self._under_way = self._under_way, []
            for _, topic, sent in under_way:
                if not sent.succeeded():
                    self._give_up_producer()
                    failure = sent.exception or TimeoutError("Nobody knows what became of an event")
                    self._note_refusal(failure, self._prefix + topic)
                    raise placed(failure, operation="send", topic=topic, entries=len(under_way))
            REFUSALS.forget(self._user)

    def _hand_over(self, entries: Sequence[Entry]) -> None:
        """Hand each entry over once: those that wait since an earlier call are the first of this one."""
        waiting = [id for id, _, _ in self._under_way]
        if waiting != [entry.id for entry in entries[: len(waiting)]]:
            self._under_way, waiting = [], []
        try:
            for entry in entries[len(waiting) :]:
                topic, key = self._prefix + entry.topic, entry.key.encode()
                sent = self._producer.send(topic, value=entry.value, key=key, headers=HEADERS)
                self._under_way.append((entry.id, entry.topic, sent))
        except KafkaError as away:
            self._note_refusal(away, topic)
            self._give_up_producer()
            raise placed(away, operation="send", topic=entry.topic, entries=len(entries)) from None

    def _note_refusal(self, failure: BaseException, topic: str) -> None:
        if isinstance(failure, TopicAuthorizationFailedError):
            REFUSALS.tell(self._user, f"it may not write {topic}: {ADVICE}")

    def _open_producer(self) -> Any:
        own = {
            "metrics_enabled": False,
            "acks": "all",
            "enable_idempotence": True,
            "compression_type": "lz4",
            "linger_ms": 5,
            "batch_size": 131_072,
            "max_request_size": LARGEST,
            "delivery_timeout_ms": FOR_EVER,
            "max_block_ms": 10_000,
        }
        return connected(KafkaProducer, self._common | own)

    def _give_up_producer(self) -> None:
        """A new producer begins a new sequence: nothing that this one still holds can then come between."""
        producer, self._producer, self._under_way = self._producer, None, []
        if producer is not None:
            try:
                producer.close(timeout=1)
            except KafkaError:  # it waits for the broker first, and then leaves its sender at work
                producer._sender.force_close()

    def read(
        self,
        producer: str,
        topics: Sequence[str],
        after: Mapping[str, int],
        limit: int,
        without: Collection[str] = (),
    ) -> list[Stored]:
        ends = self.ends(producer, topics)
        reached = {stream: position for stream, position in after.items() if _topic_of(stream) in topics}
        gone = {stream: GONE for stream, position in reached.items() if position and stream not in ends}
        short = {stream: SHORTER for stream, end in ends.items() if end < reached.get(stream, 0)}
        if gaps := {stream: why for stream, why in (gone | short).items() if stream not in without}:
            raise LogGap(gaps)
        return self._reader.read({s: end for s, end in ends.items() if s not in without}, reached, limit)

    def begins(self, producer: str, topics: Sequence[str]) -> dict[str, int]:
        return self._looker.begins(topics)

    def ends(self, producer: str, topics: Sequence[str]) -> dict[str, int]:
        found = self._looker.ends(topics)
        REFUSALS.forget(self._user)
        return found

    def close(self) -> None:
        with self._sending:
            self._give_up_producer()
        self._reader.close()
        self._looker.close()


def common_settings(servers: str, name: str, credentials: Credentials | None) -> dict[str, Any]:
    """What every client is given, for `connected`."""
    return {
        "credentials": credentials,
        "bootstrap_servers": servers.split(","),
        "client_id": name or "thinkfamily",
        "reconnect_backoff_max_ms": 1000,
        "request_timeout_ms": 10_000,
        "bootstrap_timeout_ms": BOOTSTRAP_MS,
    }


def connected(kind: Callable[..., Any], settings: dict[str, Any]) -> Any:
    """One of kafka-python's clients. Where no broker answers, it would leave its thread and its sockets behind.

    Shape: `settings` are the client's, but for `credentials`.
    """
    credentials: Credentials | None = settings["credentials"]
    own = {name: value for name, value in settings.items() if name != "credentials"}
    own |= credentials.settings() if credentials else {}
    begun: list[KafkaNetClient] = []

    def begin(**chosen: Any) -> KafkaNetClient:
        begun.append(KafkaNetClient(**chosen))
        return begun[0]

    def give_up() -> None:
        for net in begun:
            net._manager.closed = True  # it tries no more, and says that it could not connect

    try:
        with REFUSALS.telling(credentials.user, give_up) if credentials else nullcontext():
            client = kind(**own, kafka_client=begin)
        if credentials:
            REFUSALS.forget(credentials.user)
        return client
    except BaseException:
        for net in begun:
            net._manager.closed = False  # else there would be nothing to close
            net.close()
        raise


def _topic_of(stream: str) -> str:
    return stream.rpartition("/")[0]


class _Reader:
    """A consumer of whichever partitions it is asked for; kafka-python's own may be used by one thread at a time.

    One is kept for reading and one for looking at ends: a look would have to wait for a fetch that is under way.
    """

    def __init__(self, common: dict[str, Any], prefix: str) -> None:
        self._common, self._prefix = common, prefix
        self._lock = threading.Lock()
        self._consumer: Any = None
        self._partitions: dict[str, list[Any]] = {}
        self._at: dict[str, int] = {}
        self._looked: dict[str, float] = {}

    def read(self, ends: Mapping[str, int], after: Mapping[str, int], limit: int) -> list[Stored]:
        """Entries behind `after` of the streams that end at `ends`."""
        with self._lock:
            behind = [stream for stream, end in ends.items() if end > after.get(stream, 0)]
            if not behind:
                return []
            with self._sure():
                self._go_to({stream: after.get(stream, 0) for stream in ends})
                return self._poll(limit)

    def ends(self, topics: Sequence[str]) -> dict[str, int]:
        return self._offsets(topics, lambda consumer, partitions: consumer.end_offsets(partitions, timeout_ms=5000))

    def begins(self, topics: Sequence[str]) -> dict[str, int]:
        return self._offsets(
            topics, lambda consumer, partitions: consumer.beginning_offsets(partitions, timeout_ms=5000)
        )

    def _offsets(self, topics: Sequence[str], ask: Callable[[Any, list[Any]], dict[Any, int]]) -> dict[str, int]:
        with self._lock, self._sure():
            partitions = self._find(topics)
            if not partitions:
                return {}
            try:
                found = ask(self._open(), partitions)
            except KafkaError:
                # One of the topics may be gone, about which brokers let us wait: the next time, ask what is there.
                self._partitions, self._looked = {}, {}
                raise
            return {self._stream(partition): offset for partition, offset in found.items()}

    def close(self) -> None:
        with self._lock:
            self._give_up()

    @contextmanager
    def _sure(self) -> Iterator[None]:
        """Whatever goes wrong, the next reading begins where it is told to: the consumer may have moved past what it
        did not hand over. One that fails in a way of its own is not trusted again."""
        try:
            yield
        except (TimeoutError, LogGap, NotGranted, KafkaError):
            self._at = {}
            raise
        except Exception:
            self._give_up()
            raise

    def _give_up(self) -> None:
        consumer, self._consumer, self._at = self._consumer, None, {}
        if consumer is not None:
            with suppress(Exception):
                consumer.close(autocommit=False, timeout_ms=1000)

    def _go_to(self, positions: dict[str, int]) -> None:
        consumer = self._open()
        if self._at.keys() != positions.keys():
            consumer.assign([self._partition(stream) for stream in positions])
            self._at = dict.fromkeys(positions, -1)
        for stream, position in positions.items():
            if self._at[stream] != position:  # a needless seek throws away what was fetched ahead
                consumer.seek(self._partition(stream), position)
                self._at[stream] = position

    def _poll(self, limit: int) -> list[Stored]:
        """There is something to read, so nothing but a broker that is away keeps it from us."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                found = self._open().poll(timeout_ms=1000, max_records=limit)
            except OffsetOutOfRangeError as gap:
                raise LogGap({self._stream(partition): CUT for partition in gap.args[0]}) from None
            if found:
                entries = [
                    Stored(
                        self._stream(partition),
                        record.offset + 1,
                        partition.topic.removeprefix(self._prefix),
                        (record.key or b"").decode("utf-8", "replace"),
                        record.value or b"",
                    )
                    for partition, records in found.items()
                    for record in records
                ]
                self._at |= {entry.stream: entry.position for entry in entries}
                return entries
        away = TimeoutError("The broker has not handed over what it has")
        raise placed(away, operation="read", streams=len(self._at))

    def _find(self, topics: Sequence[str]) -> list[Any]:
        """The partitions of these topics; a topic that is not there yet is looked for again now and then."""
        now = time.monotonic()
        due = [t for t in topics if t not in self._partitions and now - self._looked.get(t, -LOOK_AGAIN) >= LOOK_AGAIN]
        if due:
            there = self._open().topics()  # asks the brokers, where `partitions_for_topic` logs what is missing
            for topic in due:
                name = self._prefix + topic
                if name not in there:
                    self._refuse_not_granted(name)
                self._looked[topic] = now
                if name in there:
                    numbers = sorted(self._open().partitions_for_topic(name))
                    self._partitions[topic] = [TopicPartition(name, number) for number in numbers]
        return [partition for topic in topics for partition in self._partitions.get(topic, [])]

    def _refuse_not_granted(self, name: str) -> None:
        """Brokers list what may be read alone, so that a topic without a right to it looks like one that is not there.

        Asked for it by its name, they tell. Errors: NotGranted.
        """
        manager = self._open()._manager
        asked = MetadataRequest([MetadataRequest.MetadataRequestTopic(name=name)], allow_auto_topic_creation=False)
        if any(
            told.error_code == TopicAuthorizationFailedError.errno for told in manager.run(manager.send, asked).topics
        ):
            if credentials := self._common["credentials"]:
                REFUSALS.tell(credentials.user, f"it may not read {name}: {ADVICE}")
            raise NotGranted(name)

    def _open(self) -> Any:
        if self._consumer is None:
            own = {
                "metrics_enabled": False,
                "group_id": None,
                "enable_auto_commit": False,
                "auto_offset_reset": "none",
                "allow_auto_create_topics": False,
                "fetch_max_wait_ms": 100,
            }
            self._consumer = connected(KafkaConsumer, self._common | own)
        return self._consumer

    def _stream(self, partition: Any) -> str:
        return f"{partition.topic.removeprefix(self._prefix)}/{partition.partition}"

    def _partition(self, stream: str) -> Any:
        topic, _, number = stream.rpartition("/")
        return TopicPartition(self._prefix + topic, int(number))
