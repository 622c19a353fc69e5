# The commands of everyday work; "make" lists them. Written for GNU make 3.81, which macOS brings, and later.
# Values below are changed on the command line (make report YEAR=2024); the environment does not touch them.

DATA = data/sample
YEAR = 2025
REGION = 63
REPORT_LANG = ru
# The first of these that runs and is Python 3.11 or later makes the environment.
PYTHON = python3.13 python3.12 python3.11 python3
# A folder of wheels (see "make wheels") to install from instead of the network.
WHEELS =

BIN = .venv/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check
STAMP = .venv/.installed
FROM = $(if $(WHEELS),--no-index --find-links "$(WHEELS)")
# Kernels of closed pages end, and texts for whoever edits the notebook are left out.
VOILA = --MappingKernelManager.cull_interval=30 --MappingKernelManager.cull_idle_timeout=120 \
    --TagRemovePreprocessor.remove_cell_tags=for-analyst
# Files in the order of their names: by number of tests, long files of few tests would come last, and one alone.
PYTEST = $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# The stamp is written when the set-up is complete and says where. An environment without it (interrupted), or whose
# Python no longer runs (upgraded), or that was moved with its folder, is made anew; a changed lock is only caught up with.
HERE := $(shell pwd -P)
INSTALLED := $(shell $(BIN)/python -c '' 2>/dev/null && cat $(STAMP) 2>/dev/null)
ifneq "$(INSTALLED)" "$(HERE)"
NEW_ENVIRONMENT = yes
.PHONY: $(STAMP)
endif

.PHONY: help setup report test test-slow app pictures lock sample notebooks bench wheels clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## make .venv with the exact versions of requirements.lock (PYTHON=..., WHEELS=folder: offline)

$(STAMP): requirements.lock pyproject.toml
ifdef NEW_ENVIRONMENT
	@found=; bare=; \
	for python in $(PYTHON); do \
	    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
	    if "$$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then found=$$python; break; fi; \
	    bare="$$bare $$python"; \
	done; \
	if [ -n "$$found" ]; then \
	    echo "Making .venv with $$("$$found" --version) ($$found)"; \
	    "$$found" -m venv --clear .venv; \
	elif [ -n "$$bare" ]; then \
	    echo "Python is here ($${bare# }), but its modules venv and ensurepip are not, so it cannot make an environment." >&2; \
	    echo "To fix: sudo apt-get install python3-venv (Debian, Ubuntu), or name another: make setup PYTHON=/path/to/python3" >&2; \
	    exit 2; \
	else \
	    echo "No Python 3.11 or later that runs was found (tried: $(PYTHON))." >&2; \
	    echo "To fix: install Python 3.11 or later, or say where it is: make setup PYTHON=/path/to/python3" >&2; \
	    exit 2; \
	fi
endif
	@rm -f $@
	@echo "Installing the packages of requirements.lock; the first time takes some minutes"
	$(PIP) install --quiet $(FROM) -r requirements.lock
	$(PIP) install --quiet $(FROM) --no-deps --no-build-isolation -e .
	@pwd -P >$@

report: $(STAMP) ## the national and one regional report, with forms and an index, in reports/ (DATA=, YEAR=, REGION=, REPORT_LANG=kk|ru|en)
	$(BIN)/effeval report "$(DATA)" --year $(YEAR) --region $(REGION) --lang $(REPORT_LANG) -o reports/

test: $(STAMP) ## run the tests: the suite, the examples in the docstrings, the notebooks
	$(PYTEST) -p no:nbval --doctest-modules tests effeval
	$(PYTEST) --nbval --nbval-current-env --nbval-sanitize-with=tests/nbval.cfg --nbval-cell-timeout=120 notebooks/

test-slow: $(STAMP) ## run the slow tests that "make test" leaves out: clusters, killed runs, full disks
	$(PYTEST) -p no:nbval -m slow tests

app: $(STAMP) ## serve the notebook what_if as an app in the browser; Ctrl-C stops it
	$(BIN)/voila notebooks/what_if.ipynb $(VOILA)

pictures: $(STAMP) ## make the pictures of the README anew
	$(BIN)/python scripts/pictures.py

lock: ## make requirements.lock anew from pyproject.toml (needs uv)
	scripts/lock.sh

sample: $(STAMP) ## make the synthetic sample in data/sample anew, the same byte for byte
	$(BIN)/effeval sample -o data/sample --projects 600 --seed 35

notebooks: $(STAMP) ## run the notebooks and store their outputs in place
	$(BIN)/python scripts/notebooks.py

bench: $(STAMP) ## run the benchmarks: start-up, forms, reports, scenarios, the engine against its peers, a cluster (minutes)
	for name in startup forms reports scenarios engine cluster; do $(BIN)/python benchmarks/$$name.py || exit 1; done

wheels: $(STAMP) ## fill wheels/ for machines without network (same system and Python version)
	$(PIP) wheel --quiet --wheel-dir wheels -r requirements.lock
	$(PIP) wheel --quiet --wheel-dir wheels --no-deps --no-build-isolation .

clean: ## remove the environment, caches and build products; reports/ and wheels/ stay
	rm -rf .venv build dist .pytest_cache .ruff_cache .hypothesis
	find effeval tests notebooks \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +
