# Two commands for a bare machine with Python 3.11 or newer: make demo, make test.
PYTHON ?= python3
EXTRAS ?= cpu,test
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo tables docs test lint clean

# Installed again only when the metadata changes.
$(VENV)/installed: setup.cfg pyproject.toml
	$(PYTHON) -c "import sys; sys.version_info >= (3, 11) or sys.exit('tfskel needs Python 3.11 or newer; this is ' + sys.version.split()[0] + '. Choose one with make PYTHON=python3.11')"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable ".[$(EXTRAS)]"
	touch $@

demo: $(VENV)/installed
	$(BIN)/python tools/compare.py demo --reports

# Every table of docs/results.md between <!-- compare:NAME --> markers, from runs/; what is missing there is run (hours).
tables: $(VENV)/installed
	$(BIN)/python tools/compare.py --write docs/results.md

# The site in build/site; a broken link fails.
docs: $(VENV)/installed
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build

test: $(VENV)/installed
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

clean:
	rm -rf $(VENV) runs build dist *.egg-info
