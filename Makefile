# credpath: every target says what it does in `make help`.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# The versions that the tests passed with; with CONSTRAINTS=/dev/null a new environment gets the newest that pyproject.toml allows.
CONSTRAINTS ?= constraints.txt
export OMP_NUM_THREADS ?= 1
export HF_HUB_OFFLINE ?= 1
export MLFLOW_DISABLE_TELEMETRY ?= true
# Threads of a fit that wait must not spin: on a busy machine that makes it many times slower.
export OMP_WAIT_POLICY ?= PASSIVE
# Where no bytecode is kept, each of the many processes that the tests start compiles all of it again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install run demo demo-real test test-all lint format bench benchmark retrain messages openapi upgrade clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

# torch first and alone: an open range elsewhere in the resolution would bring several GB of CUDA packages.
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --constraint $(CONSTRAINTS) "torch==2.13.0"
	$(BIN)/pip install --quiet --constraint $(CONSTRAINTS) --editable ".[test]"
	@touch $(STAMP)

install: $(STAMP) ## make .venv and install credpath with its test tools

# A version may carry the build of this machine (+cpu), which no other machine need have.
upgrade: ## the newest version of every package, written to constraints.txt; then `make lint test`, before it is committed
	rm -rf $(VENV)
	$(MAKE) install CONSTRAINTS=/dev/null
	$(BIN)/pip freeze --exclude-editable | sed 's/+[a-z0-9.]*$$//' > constraints.txt
	@touch $(STAMP)

run: demo ## install, load the sample, build the first bundle, serve; prints the URL and a demo key
	@$(BIN)/credpath serve

demo: install ## load the sample data and build the first bundle where absent
	@$(BIN)/python -m training.demo

demo-real: install ## ESCO, Coursera and edX from CREDPATH_REAL_DATA; prints twenty goals with their answers
	@$(BIN)/python -m training.demo_real

# Whole files each, since fixtures of a file are made once, in the order of their names: by how many tests they have, the
# longest would come last, one worker at a time. Three workers keep two cores busy: they often wait, for a
# browser or a process of their own.
test: install ## every test that fits in ten minutes
	$(BIN)/python -m pytest -m "not slow" --numprocesses 3 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

test-all: install ## every test, and more examples of what must always hold
	$(BIN)/python -m pytest --hypothesis-profile thorough $(PYTEST_ARGS)

lint: install ## ruff, mypy and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install ## rewrite the code in the house format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## speed: HTTP recommend against the bare calls, and memory
	@$(BIN)/python -m training.bench

benchmark: install ## quality: goal matching on held-out titles
	@$(BIN)/python -m training.benchmark goals

retrain: install ## learn from logged outcomes: a better model that serves, or the reasons why not
	@$(BIN)/python -m training.retrain

messages: install ## gather what pages say, and bring the catalogues of translations up to date
	@$(BIN)/python -m credpath.web.messages

openapi: install ## rewrite the committed OpenAPI file
	@$(BIN)/python -m credpath.api.documentation > src/credpath/api/openapi.json

clean: ## remove the environment, the database and the bundles
	rm -rf $(VENV) .credpath models/20* models/CURRENT models/HISTORY.jsonl
