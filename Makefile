# One verb per target; `make help` lists them. Everything else is Python, in deploy/local.
# Beside git and make only Python 3.11 to 3.13 is needed; set PYTHON=… if yours has an unusual name.

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do $$p -c '$(SUPPORTED)' 2>/dev/null && echo $$p && break; done)
ifeq ($(strip $(PYTHON)),)
$(error Python 3.11, 3.12 or 3.13 is needed and was not found. Install one of them, or name it with PYTHON=…)
endif

BOOTSTRAP := $(PYTHON) -m deploy.local.bootstrap

.DEFAULT_GOAL := help
.PHONY: help run down test lint migrate rebuild-index connector connector-demo check-events bench faults security

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

run: ## run everything on this machine until Ctrl-C (DEMO=1, PORT=8080, REPLICAS="customers=3,gateway=2")
	@$(BOOTSTRAP) --servers deploy.local.run

down: ## stop what `make run` started, from another terminal; the data stays
	@$(PYTHON) -m deploy.local.down

test: ## run every test on servers of its own (ARGS="-k name" goes to pytest)
	@$(BOOTSTRAP) --servers deploy.local.test $(ARGS)

lint: ## check style, types and layers
	@$(BOOTSTRAP) deploy.local.lint

migrate: ## bring the databases of `make run` to the schema of this checkout
	@$(BOOTSTRAP) --servers deploy.local.migrate

rebuild-index: ## make the index of possible duplicates of `make run` anew, with its progress
	@$(BOOTSTRAP) deploy.local.rebuild

connector: ## make a broker user for a channel connector (NAME=whatsapp SOURCE=/channels/whatsapp/acme-main)
	@$(BOOTSTRAP) deploy.local.connector

connector-demo: ## play a day of a made-up company's channels into `make run` (RATE=10 or max, EVENTS=n, SEED=1, BAD=1)
	@RATE="$(RATE)" EVENTS="$(EVENTS)" SEED="$(SEED)" BAD="$(BAD)" UNTIL="$(UNTIL)" $(BOOTSTRAP) deploy.demo.player

check-events: ## check a file of events as the service would read it (FILE=events.jsonl, or FILE=- for stdin)
	@$(BOOTSTRAP) services.customers.check_events "$(FILE)" $(REGION)

bench: ## measure speed and scale on a system of its own (ONLY=H-get for one figure, SCALE=full for a million customers)
	@$(BOOTSTRAP) --servers bench $(ONLY) $(if $(filter full,$(SCALE)),--full) $(if $(CUSTOMERS),--customers $(CUSTOMERS))

faults: ## the campaigns of tests/faults at full size: kills, outages, races, poison (long)
	@CAMPAIGN=full $(BOOTSTRAP) --servers deploy.local.test tests/faults -n 0 -s $(ARGS)

security: ## the campaigns of tests/security at full size: visibility, masking, refusals, tokens (long)
	@CAMPAIGN=full $(BOOTSTRAP) --servers deploy.local.test tests/security -n 0 -s $(ARGS)
