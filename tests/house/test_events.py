"""What is told to others has a schema, a topic, and no direct identifier."""

import importlib
import inspect
import re

import pytest

from chassis.events import Event

from .houses import PROGRAMS, SERVICES, program
from .test_stores import PERSONAL

TOPIC = re.compile(r"[a-z]+\.[a-z-]+")


@pytest.mark.parametrize("name", SERVICES)
def test_every_event_that_a_service_defines_is_published_with_topic_and_schema(name: str) -> None:
    module = importlib.import_module(f"{name}.events")
    defined = {
        kind
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Event) and kind.__module__ == module.__name__ and "name" in vars(kind)
    }
    published = program(name).events
    assert defined == set(published)
    assert len({event.type() for event in published}) == len(published)
    for event in published:
        assert TOPIC.fullmatch(event.topic) and event.topic.startswith(f"{name}.")
        assert event.model_json_schema()["properties"]


@pytest.mark.parametrize("name", SERVICES)
def test_no_event_has_a_field_for_a_direct_identifier(name: str) -> None:
    fields = [
        f"{event.type()}: {field}"
        for event in program(name).events
        for field in event.model_fields
        if PERSONAL.search(field)
    ]
    assert fields == []


def test_every_event_that_somebody_reacts_to_is_published_by_somebody() -> None:
    published = {event.type() for name in SERVICES for event in program(name).events}
    heard = {kind for name in PROGRAMS for kind in program(name).reactions.types}
    assert heard - published == set()
