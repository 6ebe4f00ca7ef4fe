"""What the gateway itself refuses. Refusals of the programs behind it are passed on as they are.

Problem
├── DocumentNotValid        400
│   ├── DocumentTooLong     400
│   ├── DocumentTooDeep     400
│   ├── TooManyAliases      400
│   ├── TooManyDirectives   400
│   ├── TooManyDefinitions  400
│   ├── TooManyRepeats      400
│   ├── TooManyValues       400
│   ├── TooCostly           400
│   ├── PageTooLong         400
│   └── IntrospectionOff    400
├── OperationNotValid       400
├── PersistedQueryNotSupported  400
├── FamilyNotFound          404
├── PersonNotFound          404
├── NotKnownAsAt            400
├── UpstreamAnswerNotValid  502
├── TooBusy                 503
└── TookTooLong             503
"""

from typing import Any

import structlog

from chassis.problems import NotFound, Problem, Unavailable

log = structlog.get_logger()


class DocumentNotValid(Problem):
    """The GraphQL document, or a variable with it, is not as the schema says; nothing was executed.

    `locations` of the error point at the place. The schema is the committed `gateway/schema.graphql`.
    """

    title = "Document not valid"


class DocumentTooLong(DocumentNotValid):
    """The document has more words and brackets than are read. `limit` gives the number; ask in several requests."""

    title = "Document too long"


class DocumentTooDeep(DocumentNotValid):
    """The fields of the document nest deeper than is answered. `limit` gives the number; ask in two steps."""

    title = "Document too deep"


class TooManyAliases(DocumentNotValid):
    """The document renames more fields than is answered. `limit` gives the number; ask for a list instead."""

    title = "Too many aliases"


class TooManyDirectives(DocumentNotValid):
    """The document uses more directives than are read. `limit` gives the number; leave out what you do not need."""

    title = "Too many directives"


class TooManyDefinitions(DocumentNotValid):
    """The document holds more operations and fragments than are read. `limit` gives the number; send fewer."""

    title = "Too many definitions"


class TooManyRepeats(DocumentNotValid):
    """The document selects fields again where they are selected already. `limit` gives the number; select each once."""

    title = "Too many repeats"


class TooManyValues(DocumentNotValid):
    """The document holds more values and variables than are read. `limit` gives the number.

    Send the values beside the document, as one variable a change: `$input`.
    """

    title = "Too many values"


class TooCostly(DocumentNotValid):
    """The answer could become larger than one request may ask for.

    A page multiplies what is in it by `first`, another list by a fixed number; fields that need a request of their
    own count many times. `cost` and `limit` give the numbers: ask for a shorter page or fewer fields.
    """

    title = "Too costly"


class PageTooLong(DocumentNotValid):
    """`first` is a whole number from 1 to `limit`. Ask for the next page with `after`."""

    title = "Page too long"


class IntrospectionOff(DocumentNotValid):
    """This gateway does not describe its schema to your role. It is published as `gateway/schema.graphql`."""

    title = "Introspection is off"


class OperationNotValid(Problem):
    """The request does not carry one GraphQL operation that can be run this way.

    Send `{"query": …, "variables": {…}, "operationName": …}` as JSON, one operation a request; a document with several
    operations needs `operationName`.
    """

    title = "Operation not valid"


class PersistedQueryNotSupported(Problem):
    """Documents are not kept by their hash: send the whole document.

    Clients that understand this title send whole documents from then on. What was sent once is kept by its text, so a
    hash would save no work here.
    """

    title = "PersistedQueryNotSupported"


class TooBusy(Unavailable):
    """More is asked at the moment than can be answered; nothing of this request was begun.

    Try again after `Retry-After` seconds.
    """

    title = "Too busy"


class FamilyNotFound(NotFound):
    """There is no such family among those within your reach.

    Families out of your reach answer like families that do not exist. Check the id in your list of families.
    """

    title = "Family not found"


class PersonNotFound(NotFound):
    """There is no such person among those within your reach.

    People out of your reach answer like people who do not exist. Check the id in the family's list of members.
    """

    title = "Person not found"


class TookTooLong(Unavailable):
    """The time of the whole operation was over before this part was there.

    Other parts are shown. Ask for less, or for this part alone; a change that is answered so was not begun.
    """

    title = "Took too long"


class NotKnownAsAt(Problem):
    """This part is known as it is today only, and the request asks for a day of the past.

    Shown beside the past it would mix two times. `detail` says why. Ask for this part without `asAt`; the others are
    shown as they were.
    """

    title = "Not known as at that day"


class UpstreamAnswerNotValid(Problem):
    """A program behind the gateway answered otherwise than its contract says; nothing of that answer is shown.

    `detail` names the member, never its value. Report it with the request id: a release of one of the two is at fault.
    """

    status, title = 502, "Upstream answer not valid"

    def __init__(self, detail: str = "", program: str = "", **extra: Any) -> None:
        super().__init__(detail, **extra)
        self.program = program


def log_upstream_fault(fault: UpstreamAnswerNotValid) -> None:
    """Tells operators which program, and which member of which type; the value is nobody's business."""
    log.error("upstream answer not valid", called=fault.program or "-", what=fault.detail)
