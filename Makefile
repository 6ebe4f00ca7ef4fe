# Every target is one line in `make help`. Nothing but make and Python 3.11 or later is needed.
SHELL := /bin/sh
.DEFAULT_GOAL := help

FAMILIES ?= 500
SEED ?= 2016
PORT_BASE ?= 8700
PROFILE ?= embedded
VAR ?= var
RUN := .venv/bin/python
JOURNEY = $(RUN) -m journey --port-base $(PORT_BASE) --profile $(PROFILE) --var $(VAR)
# The servers of the production profile come with the packages for tests.
ENV := $(if $(filter production,$(PROFILE)),env-test,env)
COMPOSE_SECRETS := deploy/compose/secrets
SERVICES := $(filter-out chassis directory transparency vocabulary,$(notdir $(wildcard services/*)))
OURS := services gateway sandbox journey agent bench tests tools deploy

# The first Python that starts and is new enough; a shim without a Python behind it does not count. One that is named with
# PYTHON=… is taken or refused; no other is taken in its place.
PYTHONS := python3.11 python3.12 python3.13 python3.14 python3
NO_PYTHON = $(if $(PYTHON),PYTHON=$(PYTHON) is not one,none found (tried $(PYTHONS)))
define ENVIRONMENT
for python in $(or $(PYTHON),$(PYTHONS)); do \
  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then exec $$python tools/env.py $(1); fi; \
done; \
echo 'env: Python 3.11 or later is needed, and $(NO_PYTHON); install one, or name it: make $@ PYTHON=/path/to/python' >&2; exit 1
endef

.PHONY: help env env-test demo up journey reset compose-up compose-down compose-test test check lint-and-types quick-tests soak lint types lock manifests contracts authority ci

help:       ## this list
	@sed -n 's/^\([a-z-]*\): .*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

env:        ## build the environment (.venv) from hashed locks
	@$(call ENVIRONMENT,)

env-test:
	@$(call ENVIRONMENT,--test)

demo: $(ENV) ## the whole journey on a running platform, which then stays up (FAMILIES=500 SEED=2016 PORT_BASE=8700 PROFILE=embedded)
	@exec $(JOURNEY) demo --families $(FAMILIES) --seed $(SEED)

up: $(ENV) ## an empty platform with the sandbox's agencies, people and agreements, until Ctrl-C
	@exec $(JOURNEY) up

journey: env ## the journey against a platform that is up (FAMILIES=500 SEED=2016)
	@exec $(JOURNEY) run --families $(FAMILIES) --seed $(SEED)

reset: env  ## forget all data of the platform (var/)
	@exec $(JOURNEY) reset

compose-up: env ## the platform of docker-compose.yml on this machine's Docker, with secrets of its own
	@$(RUN) deploy/k8s/overlays/dev/make_secrets.py $(COMPOSE_SECRETS) 444
	@chmod a+rx deploy/k8s/overlays/dev/databases.sh deploy/k8s/overlays/dev/broker.sh
	@docker compose up --detach --build --wait
	@install -d -m 700 var/compose/secrets && install -m 600 $(COMPOSE_SECRETS)/admin.json var/compose/secrets/
	@echo 'It is up. The journey on it: make journey PROFILE=production VAR=var/compose'

compose-down: ## stop it; what it holds stays on its volumes (to forget that too: docker compose down --volumes)
	@docker compose down

compose-test: env ## containers: built, brought up, killed on the way, figures held against the truth, taken down without a trace
	@exec $(RUN) tools/compose

test: env-test ## every test, on files and on a PostgreSQL and Kafka of its own, with coverage; or those in PATHS=tests/unit/claims
	@$(RUN) -m journey.servers
	@$(if $(PATHS),$(RUN) -m pytest $(PATHS),$(all-tests) && $(RUN) tools/floors.py)

# Two halves of about the same work, side by side on two cores.
all-tests = $(RUN) tools/side_by_side.py \
	'units: $(RUN) -u -m coverage run -m pytest tests/unit' \
	'others: $(RUN) -u -m pytest tests --ignore tests/unit'

check: env-test ## before each commit, in two minutes: lint, types, and the tests of house and units that need no server
	@$(MAKE) --no-print-directory --jobs 2 lint-and-types quick-tests

lint-and-types: lint types

quick-tests:
	@$(RUN) -m pytest tests/house tests/contract tests/unit --on-files --ignore tests/unit/adding --ignore tests/unit/mutate

soak: env-test ## for hours: every kill, flood and race of which a run has a share, by a new seed (again: SOAK_SEED=…)
	@$(RUN) -m journey.servers
	@seed=$${SOAK_SEED:-$$(date +%s)}; echo "soak: SOAK_SEED=$$seed"; \
	SOAK=1 SOAK_SEED=$$seed $(RUN) -m pytest --timeout 7200 $(or $(PATHS),tests/unit tests/authority tests/hostile tests/e2e)

lint: env-test ## ruff (check and format) and the import contracts
	@$(RUN) -m ruff check $(OURS) && $(RUN) -m ruff format --check $(OURS) && .venv/bin/lint-imports

types: env-test ## mypy, strict
	@$(RUN) -m mypy

lock: ## write the locks anew from requirements*.in (needs uv) and tests/npm/package.json (needs npm)
	@command -v uv >/dev/null || { echo 'lock: uv is missing; python3 -m pip install uv' >&2; exit 1; }
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header requirements.in -o requirements.lock
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -c requirements.lock requirements-test.in -o requirements-test.lock
	@cd tests/npm && npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund --silent

manifests: env ## write anew what is deployed of the vocabulary's programs (deploy/k8s, docker-compose.yml)
	@$(RUN) deploy/generate.py

contracts: env-test ## write the committed contracts anew (openapi.json, event schemas, schema.graphql)
	@$(RUN) -m chassis.contracts $(foreach s,$(SERVICES),services/$(s)=$(s)) && $(RUN) -m gateway.contract

authority: env-test ## write docs/authority.md anew, which says who may do each act
	@PYTHONPATH=tests $(RUN) -m authority.matrix.page

ci:         ## what continuous integration runs
	@.ci/run
