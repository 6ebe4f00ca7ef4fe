"""What can go wrong in consent.

Problem
├── NotFound
│   ├── AgreementNotFound      404
│   ├── NoticeNotFound         404
│   ├── DeliveryNotFound       404
│   ├── ConsentNotFound        404
│   ├── ProtectionNotFound     404
│   ├── ObjectionNotFound      404
│   ├── RestrictionNotFound    404
│   ├── PersonNotFound         404
│   ├── WelfareRequestNotFound 404
│   ├── WelfareRuleNotFound    404
│   ├── ActingServiceNotFound  404
│   └── DecisionNotFound       404
├── NotAParty                  403
├── NotAnOfficer               403
├── AnotherPersonNeeded        403
├── NotANamedBody              403
├── NotYourService             403
├── OwnRule                    403
├── OwnWelfareRequest          403
└── Conflict
    ├── BasisAlreadySettled    409
    ├── AgreementNotSigned     409
    ├── AgreementOver          409
    ├── FrameOver              409
    ├── HeldByOtherParty       409
    ├── SignedOtherSide        409
    ├── SponsorOfOtherSide     409
    ├── ObjectionOver          409
    ├── LiftNotAsked           409
    ├── WelfareAnswerStands    409
    ├── WelfareRequestOver     409
    ├── NoAnswerStands         409
    ├── NothingHeld            409
    ├── NoReviewDue            409
    ├── WelfareRuleOver        409
    └── NoticeExists           409
"""

from chassis.problems import Conflict, NotFound, Problem


class AgreementNotFound(NotFound):
    """There is no such agreement among those of services that are, or were then, your agency's.

    Agreements between other agencies answer like agreements that do not exist. Check the id in your list.
    """

    title = "Agreement not found"


class NoticeNotFound(NotFound):
    """There is no such privacy notice. Check the id in the list of notices."""

    title = "Notice not found"


class DeliveryNotFound(NotFound):
    """There is no such delivery of this notice that your agency made to anybody within your reach. Check both ids."""

    title = "Delivery not found"


class ConsentNotFound(NotFound):
    """There is no such consent that your agency recorded, of somebody for whom you work. Check the id."""

    title = "Consent not found"


class ProtectionNotFound(NotFound):
    """There is no such protection that your agency set on somebody for whom you may act. Check the id."""

    title = "Protection not found"


class ObjectionNotFound(NotFound):
    """There is no such objection that your agency recorded, of somebody whose data it holds. Check the id."""

    title = "Objection not found"


class RestrictionNotFound(NotFound):
    """There is no such restriction that your agency set. Check the id that you were given when it was set."""

    title = "Restriction not found"


class PersonNotFound(NotFound):
    """There is nobody of this id about whom you may do this.

    Somebody for whom you do not work answers like somebody who does not exist. `errors` points at the id.
    """

    title = "Person not found"


class AccessReportNotFound(NotFound):
    """There is no such report that your agency made about somebody whose data it holds. Check the id."""

    title = "Report not found"


class DecisionNotFound(NotFound):
    """There is no such decision that was made for your agency.

    Decisions that were asked for without sharing anything are not kept. Check the id in the sharing log.
    """

    title = "Decision not found"


class NotAParty(Problem):
    """An agreement is drafted, signed, suspended, resumed, reviewed and ended by the agencies whose services it binds.

    Which agency a service is of is told by identity: `GET /v1/services`. Let an officer of that agency do it.
    """

    status, title = 403, "Not a party"


class NotAnOfficer(Problem):
    """Agreements are made by people whose role lets them sign for their agency; no machine makes them.

    Let an information governance officer of your agency do it.
    """

    status, title = 403, "Not an officer"


class AnotherPersonNeeded(Problem):
    """Two people lift a protection: one asks, and another confirms. You asked.

    Somebody else of the agency that set it, or the council's officer, confirms.
    """

    status, title = 403, "Another person needed"


class BasisAlreadySettled(Conflict):
    """Between these two services, a purpose and category already rest on another lawful basis.

    One purpose and category rest on one basis only. Take the same basis, or end the older agreement first;
    `errors` points at the terms.
    """

    title = "Basis already settled"


class AgreementNotSigned(Conflict):
    """Only an agreement that both parties have signed can be suspended or resumed. Sign it first."""

    title = "Agreement not signed"


class FrameOver(Conflict):
    """The strategic agreement under which this one stands has ended, or is no longer between these two agencies.

    Draft a district agreement under one that stands.
    """

    title = "Frame over"


class HeldByOtherParty(Conflict):
    """The party that suspended an agreement lets it stand again, and nobody else.

    Ask an officer of the other party to resume it. Where a service has moved to another agency, an officer of its new
    agency signs instead.
    """

    title = "Held by the other party"


class SignedOtherSide(Conflict):
    """You have signed the other side of this agreement, and nobody signs both.

    Let somebody else who may sign for your agency do it: another officer, or your deputy.
    """

    title = "Signed the other side"


class SponsorOfOtherSide(Conflict):
    """An agency that signs one side as a sponsor signs nothing on the other.

    Let another sponsor of the agency that has no officer here sign, or that side's own officer.
    """

    title = "Sponsor of the other side"


class AgreementOver(Conflict):
    """This agreement has ended and stays so. Draft a new one."""

    title = "Agreement over"


class ObjectionOver(Conflict):
    """The person has withdrawn this objection. Record a new one if they object again."""

    title = "Objection over"


class LiftNotAsked(Conflict):
    """Nobody has asked that this protection be lifted, so there is nothing to confirm or refuse. Ask first."""

    title = "Lifting not asked for"


class NoticeExists(Conflict):
    """A notice with this code, version and language exists already, and what was given out must stay as it was.

    Publish the new text under a new version.
    """

    title = "Notice exists"


class WelfareRequestNotFound(NotFound):
    """There is no such request for the welfare of a child that you made, or that you may answer. Check the id."""

    title = "Welfare request not found"


class WelfareRuleNotFound(NotFound):
    """There is no such standing rule of a service for which you may make rules. Check the id in your list."""

    title = "Welfare rule not found"


class ActingServiceNotFound(NotFound):
    """There is no such service that acts for your agency. Check the id in your list."""

    title = "Acting service not found"


class NotANamedBody(Problem):
    """The duty to share binds the bodies that the law names, and whoever acts for one of them (Children Act 2004
    s16LA). Your service is neither.

    An officer of the body for which you act records that: `POST /v1/acting-services`.
    """

    status, title = 403, "Not a named body"


class NotYourService(Problem):
    """A standing rule is made for their own service by its manager, or for a service of their agency by an officer.

    Let one of them do it.
    """

    status, title = 403, "Not your service"


class OwnRule(Problem):
    """Two people make a standing rule, and a third looks at what it answered. You are one of the two.

    Let another manager of the service, or an officer of the agency, do it.
    """

    status, title = 403, "Own rule"


class OwnWelfareRequest(Problem):
    """Nobody answers or reviews what they, or their own service, asked.

    Let somebody of the service that was asked do it.
    """

    status, title = 403, "Own welfare request"


class WelfareAnswerStands(Conflict):
    """This request has another answer already. Take that back first, with the reason, and answer anew."""

    title = "Answer stands"


class WelfareRequestOver(Conflict):
    """Whoever asked has withdrawn this request. There is nothing to answer any more."""

    title = "Welfare request over"


class NoAnswerStands(Conflict):
    """This request has no answer that stands, so there is none to take back. Look at its history."""

    title = "No answer stands"


class NothingHeld(Conflict):
    """Your service holds no record of anybody whom this request names, so a yes would share nothing.

    Answer `nothing_held`; whoever asked is told no more than that nothing is shared.
    """

    title = "Nothing held"


class NoReviewDue(Conflict):
    """The answer that stands was not drawn for review, or somebody has reviewed it. There is nothing to do."""

    title = "No review due"


class WelfareRuleOver(Conflict):
    """This standing rule has ended and stays so. Draft a new one."""

    title = "Welfare rule over"
