from uuid import UUID

from chassis.schemas import Instant, Schema


class SharingView(Schema):
    """One line: what about whom went to whom, for what and on what basis. Basis `own`: the service's own record.

    `ground` and its reference: what the caller acted on, when it was not their everyday role, such as an open enquiry.
    `sent`: when the answer left the program that asked. Null: that is not confirmed. It was decided, and may have left.
    """

    id: UUID
    at: Instant
    decision: UUID
    person: UUID
    category: str
    source: str
    agency: str
    service: str
    role: str | None
    roles: list[str]
    subject: str
    client: str
    purpose: str
    operation: str
    ground: str | None
    ground_reference: str | None
    agreement: UUID | None
    basis: str
    sent: Instant | None
