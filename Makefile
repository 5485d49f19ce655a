# Everything a person or CI does here. Needs Python 3.11 or newer, git and make; the rest comes with `make install`.
# PYTHON=… chooses the interpreter, ARGS=… goes on to the program, to pytest or to the benchmark.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PACKAGES := bot storage adapters
LANGUAGES := bot/languages
SAID_WITH := _:1 several:1,2 told:1 about:1 Phrase:1 command:2 Option:2
CHECKED := $(wildcard bot storage adapters tests benchmarks)
SAYS_WHO_AND_WHERE := import os, sys; print(sys.version.split()[0], os.getcwd())

# An environment that was moved, or whose Python is gone or another by now, cannot be mended: it is made anew. Where only
# pins or settings changed, what is there is brought up to date, and whoever is using it is not disturbed.
ifneq ($(wildcard $(STAMP)),)
ifeq ($(shell $(BIN)/python -ISc "$(SAYS_WHO_AND_WHERE)" 2>/dev/null),$(shell cat $(STAMP)))
SOUND := yes
endif
endif
ifndef SOUND
.PHONY: $(STAMP)
endif

.DEFAULT_GOAL := help
.PHONY: help install run test fast check format words simulate torture fuzz bench clean

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /make \1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do \
		printf '%-14s %s\n' "$$name" "$$what"; done

install: $(STAMP) ## make .venv with everything in it

$(STAMP): pyproject.toml constraints.txt
ifndef SOUND
	@python=; for try in $(PYTHON) $(if $(PYTHON),,python3 python3.13 python3.12 python3.11 python); do \
		if $$try -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$try; break; fi; done; \
	if [ -z "$$python" ]; then echo "Helpthread needs Python 3.11 or newer: install it, or say PYTHON=/path/to/python3" >&2; exit 1; fi; \
	echo "Setting up $(VENV) with $$($$python --version) (once, about a minute)"; rm -f $(STAMP); \
	$$python -m venv --clear $(VENV) || { echo "Python could not make $(VENV); on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
endif
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt setuptools
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt --no-build-isolation -e '.[dev]'
	@$(BIN)/python -m compileall -q $(wildcard $(PACKAGES))
	@$(BIN)/python -ISc "$(SAYS_WHO_AND_WHERE)" > $(STAMP)

run: install ## open a working support desk in this terminal
	@$(BIN)/helpthread console $(ARGS)

test: install ## the whole suite, on SQLite and on a real PostgreSQL
	$(BIN)/pytest -n 2 -m "not alone" $(ARGS)
	$(BIN)/pytest -m alone $(ARGS)

fast: install ## what is quick of the suite, for every change
	$(BIN)/pytest -n 2 -m "not alone and not slow" $(ARGS)

check: install ## ruff, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict $(CHECKED)

format: install ## put the code in order
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

words: install ## bring the catalogues of languages up to date (WORDS=fr begins another)
	@mkdir -p build
	@$(BIN)/pybabel -q extract -F pyproject.toml --no-default-keywords $(patsubst %,-k %,$(SAID_WITH)) --sort-output \
		--add-location file --width 120 --project Helpthread --copyright-holder Helpthread -o build/helpthread.pot \
		$(PACKAGES)
	@$(if $(WORDS),test -e $(LANGUAGES)/$(WORDS) || $(BIN)/pybabel -q init -i build/helpthread.pot -d $(LANGUAGES) -D helpthread -l $(WORDS))
	@$(BIN)/pybabel -q update -i build/helpthread.pot -d $(LANGUAGES) -D helpthread --width 120 --ignore-obsolete \
		--no-fuzzy-matching --ignore-pot-creation-date

simulate: install ## play thousands of days with everything going wrong, and look for a broken promise
	PYTHONHASHSEED=0 $(BIN)/python -m tests.simulation $(ARGS)

torture: install ## kill the running program at random while people write, and count what is lost (minutes)
	$(BIN)/python -m tests.torture $(ARGS)

fuzz: install ## feed parsers and renderers what nobody would send, a minute for each
	@$(BIN)/python -c 'import atheris' 2>/dev/null || \
		$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt --no-build-isolation -e '.[fuzz]' || \
		{ echo "atheris cannot be installed here: use Linux on x86-64 with Python 3.11 to 3.13; \
	.venv/bin/pytest tests/fuzz runs the same targets without it" >&2; exit 1; }
	$(BIN)/python -m tests.fuzz $(ARGS)

bench: install ## measure against the floor, print the table
	$(BIN)/python -m benchmarks $(ARGS)

clean: ## remove what was made, never data/
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov build *.egg-info
	find $(wildcard $(PACKAGES) tests benchmarks) -name __pycache__ -prune -exec rm -rf {} +
