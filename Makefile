# Every target sets up what it needs in .venv, once, and again when what it is made of changes.

PYTHON ?= python3
PROMPT ?= ROMEO:
# Processes that run the tests. One more than the two cores of a continuous integration machine: a good third of a
# test's time is waiting for another process or for a screen.
JOBS ?= 3
# Where the texts are that the models in the box were trained on: tinyshakespeare.txt and classics/*.txt.
DATA ?= $(or $(PLAYGROUND_DATA),../shared/data)
VENV := .venv
# What an installation is made of: when one of them changes, it is made again.
MADE_OF := pyproject.toml constraints.txt hatch_build.py $(wildcard plugins/playground_gpt/native/*.[ch])
BIN := $(VENV)/bin
# The second variable is what newer pips read for what builds a package.
INSTALL = PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
  $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DELETE_ON_ERROR:
.PHONY: run test check lint format bench models model pictures screenshots transcripts clean

run: $(VENV)/.installed
	$(BIN)/playground --offline gen --probs "$(PROMPT)"

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

check: lint test

lint: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed
	$(BIN)/playground bench --write docs/performance.md

# Hours on a CPU; begun again, it goes on where it was.
models: $(VENV)/.installed
	$(MAKE) model NAME=shakespeare-rnn RECIPE=char-rnn-shakespeare TEXTS='$(DATA)/tinyshakespeare.txt' IN=plugins/playground_charrnn/models
	$(MAKE) model NAME=tiny-gpt2 RECIPE=gpt-classics TEXTS='$(DATA)/classics/*.txt' IN=plugins/playground_gpt/models
	$(MAKE) model NAME=tiny-gpt1 RECIPE=gpt1-classics TEXTS='$(DATA)/classics/*.txt' IN=plugins/playground_gpt/models

model: $(VENV)/.installed
	$(BIN)/playground train $(RECIPE) $(TEXTS) --out build/models/$(NAME) $(if $(wildcard build/models/$(NAME)/trainer/0*),--resume)
	mkdir -p $(IN)/$(NAME)
	cp build/models/$(NAME)/*.* $(IN)/$(NAME)

pictures: $(VENV)/.installed-dev
	$(BIN)/python docs/pictures/make.py

screenshots: $(VENV)/.installed
	$(BIN)/python docs/pictures/screens.py

transcripts: $(VENV)/.installed
	$(BIN)/python docs/transcripts.py

clean:
	rm -rf $(VENV) build dist

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'textgen-playground needs Python 3.11 or newer: make PYTHON=/path/to/python3.11' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.installed: $(MADE_OF) | $(VENV)/bin/python
	$(INSTALL) -e .
	touch $@

$(VENV)/.installed-test $(VENV)/.installed-dev: $(VENV)/.installed-%: $(MADE_OF) | $(VENV)/bin/python
	$(INSTALL) -e '.[$*]'
	touch $@
