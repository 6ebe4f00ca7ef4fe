"""What can go wrong in consent.

Problem
├── NotFound
│   ├── AgreementNotFound      404
│   ├── NoticeNotFound         404
│   ├── DeliveryNotFound       404
│   ├── ConsentNotFound        404
│   ├── ProtectionNotFound           404
│   ├── ObjectionNotFound      404
│   ├── RestrictionNotFound    404
│   └── DecisionNotFound       404
├── NotAParty                  403
└── Conflict
    ├── BasisAlreadySettled    409
    ├── AgreementNotSigned     409
    ├── AgreementOver          409
    └── NoticeExists           409
"""

from chassis.problems import Conflict, NotFound, Problem


class AgreementNotFound(NotFound):
    """There is no such agreement among those to which your agency is a party.

    Agreements between other agencies answer like agreements that do not exist. Check the id in your list.
    """

    title = "Agreement not found"


class NoticeNotFound(NotFound):
    """There is no such privacy notice. Check the id in the list of notices."""

    title = "Notice not found"


class DeliveryNotFound(NotFound):
    """There is no such delivery of this notice that your agency made. Check both ids."""

    title = "Delivery not found"


class ConsentNotFound(NotFound):
    """There is no such consent that your agency recorded. Check the id in the person's list of consents."""

    title = "Consent not found"


class ProtectionNotFound(NotFound):
    """There is no such protection that your agency set. Check the id that you were given when it was set."""

    title = "Protection not found"


class ObjectionNotFound(NotFound):
    """There is no such objection that your agency recorded. Check the id that you were given."""

    title = "Objection not found"


class RestrictionNotFound(NotFound):
    """There is no such restriction that your agency set. Check the id that you were given when it was set."""

    title = "Restriction not found"


class DecisionNotFound(NotFound):
    """There is no such decision that was made for your agency.

    Decisions that were asked for without sharing anything are not kept. Check the id in the sharing log.
    """

    title = "Decision not found"


class NotAParty(Problem):
    """An agreement can be drafted only by the agency of one of the two services that it binds.

    Name your own agency as `supplier_agency` or `recipient_agency`, or let one of theirs draft it.
    """

    status, title = 403, "Not a party"


class BasisAlreadySettled(Conflict):
    """Between these two services, a purpose and category already rest on another lawful basis.

    One purpose and category rest on one basis only. Take the same basis, or end the older agreement first;
    `errors` points at the terms.
    """

    title = "Basis already settled"


class AgreementNotSigned(Conflict):
    """Only an agreement that both parties have signed can be suspended or resumed. Sign it first."""

    title = "Agreement not signed"


class AgreementOver(Conflict):
    """This agreement has ended and stays so. Draft a new one."""

    title = "Agreement over"


class NoticeExists(Conflict):
    """A notice with this code, version and language exists already, and what was given out must stay as it was.

    Publish the new text under a new version.
    """

    title = "Notice exists"
