"""Composition root: the one file that knows every room."""

from functools import partial

from chassis.program import Program
from claims.batches import routes as batches
from claims.claims import routes as claims
from claims.eligibility import routes as eligibility
from claims.eligibility.worker import Evaluator
from claims.events import EVENTS
from claims.frameworks import routes as frameworks
from claims.frameworks.plan_versions import PlanKeeper
from claims.ledger import routes as ledger
from claims.log import LOG
from claims.models import Base
from claims.payments import routes as payments
from claims.progress import routes as progress
from claims.questions import routes as questions
from claims.reactions import reactions
from claims.recomputations import routes as recomputations
from claims.reports import routes as reports
from claims.sampling import routes as sampling
from claims.settings import ClaimsSettings
from claims.targets import routes as targets
from claims.visits import routes as visits
from directory.recognising import recognise_by
from transparency.checking import Checker
from transparency.routes import HEALTH, add_health, make_router
from transparency.sequencer import Sequencer
from vocabulary.purposes import ON_GROUND
from vocabulary.roles import list_rights, may_hold

program = Program(
    name="claims",
    title="Think Family: claims",
    settings=ClaimsSettings,
    base=Base,
    routers=[
        frameworks.router,
        eligibility.router,
        progress.router,
        claims.router,
        questions.router,
        sampling.router,
        batches.router,
        visits.router,
        payments.router,
        ledger.router,
        targets.router,
        reports.router,
        recomputations.router,
        make_router(LOG),
    ],
    reactions=reactions,
    recognise=recognise_by(may_hold, list_rights),
    stated_purposes=ON_GROUND,
    workers=[Evaluator(), PlanKeeper(), Sequencer(LOG), Checker(LOG)],
    open_routes=frozenset({HEALTH}),
    setup=partial(add_health, log=LOG),
    events=EVENTS,
)
