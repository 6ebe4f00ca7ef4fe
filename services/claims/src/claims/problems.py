"""What can go wrong in claims.

NotFound                    404
├── BatchNotFound
├── ClaimNotFound
├── FamilyNotFound
├── FrameworkNotFound
├── PaymentNotFound
├── QuestionNotFound
├── ReportNotFound
└── VisitNotFound
Conflict                    409
├── BatchHeld
├── BatchNotOpen
├── ClaimNotOpen
├── CommitmentNeeded
├── CommitmentNotIndependent
├── CommitmentUsed
├── FindingStands
├── NotIndependent
│   ├── AuditorNotIndependent
│   ├── CheckerNotIndependent
│   ├── FreezerNotIndependent
│   ├── PayerNotIndependent
│   └── SubmitterNotIndependent
├── NothingToBatch
├── PaymentDiffers
├── PaymentHeld
├── PaymentNotOpen
├── QuestionNotOpen
├── SampleComplete
├── SampleRevealed
├── SecondPersonNeeded
├── TargetNotSet
└── VisitNotOpen
PersonNeeded                403
"""

from chassis.problems import Conflict, NotFound


class BatchNotFound(NotFound):
    """There is no such batch within your reach. Check the id in the answer that made it."""

    title = "Batch not found"


class ClaimNotFound(NotFound):
    """There is no such claim within your reach.

    Claims out of reach answer like claims that do not exist. Check the id in your list of claims.
    """

    title = "Claim not found"


class FamilyNotFound(NotFound):
    """There is no such family within your reach.

    Families out of reach answer like families that do not exist. Check the id in your list of families.
    """

    title = "Family not found"


class FrameworkNotFound(NotFound):
    """There is no such financial framework. `GET /v1/frameworks` lists them."""

    title = "Framework not found"


class PaymentNotFound(NotFound):
    """There is no such payment or repayment. Check the id in the answer that recorded it, or in the ledger."""

    title = "Payment not found"


class QuestionNotFound(NotFound):
    """There is no such question within your reach. Check the id in your list of questions."""

    title = "Question not found"


class ReportNotFound(NotFound):
    """There is no report of this name. The reports are `attachments`, `results` and `coverage`."""

    title = "Report not found"


class VisitNotFound(NotFound):
    """There is no such assurance visit within your reach today.

    A visitor has a visit on its days alone, until it is closed. Ask the council's information governance officer.
    """

    title = "Visit not found"


class NotIndependent(Conflict):
    """You have had another hand in this claim, or in an earlier claim for the same family.

    Preparing, checking, auditing, submitting and paying a claim are done by different people, whichever roles one of
    them holds. Ask somebody who has had no part in it.
    """

    title = "Not independent"


class AuditorNotIndependent(NotIndependent):
    """You prepared, checked or froze a claim of this batch, so you cannot audit it.

    Whoever audits a batch has had no other hand in any claim of its families. Ask another auditor.
    """

    title = "Auditor not independent"


class CheckerNotIndependent(NotIndependent):
    """You prepared, audited, submitted or paid a claim of this family, so you cannot check it.

    A check is a second person's word. Ask another claims officer.
    """

    title = "Checker not independent"


class FreezerNotIndependent(NotIndependent):
    """You audited, submitted or paid a claim of these families, so you cannot freeze them.

    Ask another claims officer.
    """

    title = "Freezer not independent"


class SubmitterNotIndependent(NotIndependent):
    """You prepared, checked, froze, audited or paid a claim of this batch, so you cannot submit it.

    Ask another finance officer.
    """

    title = "Submitter not independent"


class PayerNotIndependent(NotIndependent):
    """You prepared, checked, froze, audited or submitted a claim of this batch, so you cannot record its payment.

    Ask another finance officer.
    """

    title = "Payer not independent"


class BatchHeld(Conflict):
    """The batch cannot be submitted yet: its sample is too small, not yet examined, or did not stand; or there is news.

    Draw or extend the sample, record a finding on each sampled claim, and drop or mend what failed. `sampled`, `needed`
    and `upheld` say what is lacking. `waiting` claims are of families of which there is news not evaluated yet:
    ask again when `GET /v1/evaluations/idle` counts none, as a rule within two minutes.
    """

    title = "Batch held"


class BatchNotOpen(Conflict):
    """The batch was submitted or paid already, or has not been submitted yet. `batch_status` tells where it stands."""

    title = "Batch not open"


class ClaimNotOpen(Conflict):
    """The claim no longer stands where this act would find it. `claim_status` tells where; read it again."""

    title = "Claim not open"


class CommitmentNeeded(Conflict):
    """No auditor has committed to a nonce, so that the sample of this batch could be chosen by somebody.

    Ask an auditor to hand in the hash of one with `POST /v1/sample-commitments`; a commitment serves one batch, and
    expires when it is not used.
    """

    title = "Commitment needed"


class CommitmentNotIndependent(Conflict):
    """The auditor who committed to the nonce has had another hand in a claim of these families.

    Ask another auditor to commit to one; theirs takes its place.
    """

    title = "Commitment not independent"


class CommitmentUsed(Conflict):
    """This hash was handed in before. Make another nonce of 32 random bytes, and hand in the hash of that."""

    title = "Commitment used"


class FindingStands(Conflict):
    """There is a finding on this claim already, and findings are final.

    A second auditor, who has found nothing on the claim before, corrects it: `corrects` names the finding that stands,
    which is in `GET /v1/batches/{id}/findings` and in `finding` here. Both stay in the history.
    """

    title = "Finding stands"


class NothingToBatch(Conflict):
    """No checked claim waits to be batched under this framework. Check claims first."""

    title = "Nothing to batch"


class PaymentDiffers(Conflict):
    """The sum paid is not what the batch's submitted claims come to. `due` is the sum; ask what was left out."""

    title = "Payment differs"


class PaymentHeld(Conflict):
    """Claims of this batch cannot be paid yet: a question about them waits for an answer, or news of their families for
    its evaluation.

    `held` names claims of which `GET /v1/questions` tells what is asked: have it answered, or record with `refused`
    that they were not paid. `waiting` claims are looked at again within two minutes, as a rule.
    """

    title = "Payment held"


class PaymentNotOpen(Conflict):
    """This payment can no longer be taken back: it was already, or a claim of it has moved on.

    `claim_status` says where a claim stands: reverse its repayment first, or have its question answered. With
    `payment_status` it says that nothing is left to take back.
    """

    title = "Payment not open"


class QuestionNotOpen(Conflict):
    """The question cannot be answered so now: it no longer arises, or another answer waits to be confirmed.

    Read the question again: `question_status` says where it stands.
    """

    title = "Question not open"


class SampleComplete(Conflict):
    """Every claim of the batch is in its sample already; nothing is left to draw."""

    title = "Sample complete"


class SecondPersonNeeded(Conflict):
    """You gave this answer, and it lets money go out: another person has to confirm it. Ask another claims officer."""

    title = "Second person needed"


class SampleRevealed(Conflict):
    """The batch's sample is known, so that abandoning the batch would be drawing again until a sample pleases.

    Drop or mend what failed, and extend the sample.
    """

    title = "Sample revealed"


class TargetNotSet(Conflict):
    """The financial year has no target, so its fees cannot be settled. Set it with `PUT /v1/targets`."""

    title = "Target not set"


class VisitNotOpen(Conflict):
    """The visit was closed before, or its last day is over. Read it to see which."""

    title = "Visit not open"
