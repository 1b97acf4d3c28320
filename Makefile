# The verbs. Each sets up what it needs by itself; `make help` lists them.
JOBS ?= $(shell nproc)
PORT ?= 8080
JT808 ?= 8088
MQTT ?= 1883
PREFIX ?= /usr/local
CITY ?= build/demo
PEOPLE ?= 50000
SECONDS ?= 30
MAP ?=
Y = build/yancheng

.DEFAULT_GOAL := build
.PHONY: build web run check test bench fuzz fmt tidy install clean help setup-run setup-test

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup-run:
	@tools/setup run
setup-test:
	@tools/setup test

# Configures once; ninja itself sees later changes.
build/%/build.ninja:
	@mkdir -p build
	@cmake --preset $* >build/$*.log 2>&1 || (cat build/$*.log; exit 1)
build: program ## build/yancheng, optimised
.PHONY: program
program: setup-run build/release/build.ninja
	@ninja -C build/release -j $(JOBS) --quiet >&2
	@ln -sf release/src/cmd/yancheng $(Y)

web: setup-run web/dist/index.html ## the page's files in web/dist
web/dist/index.html: web/package-lock.json $(shell find web -name node_modules -prune -o -name dist -prune -o -type f -print)
	@echo "building the page" >&2
	@cd web && npm run --silent build >&2
	@touch $@

run: program web ## a demo city (or MAP=file), planned and served on PORT, JT808, MQTT
	@tools/demo $(Y) "$(CITY)" "$(PEOPLE)" "$(SECONDS)" "$(MAP)"
	@exec $(Y) serve "$(CITY)" --http $(PORT) --jt808 $(JT808) --mqtt $(MQTT)

check: setup-test build/dev/build.ninja ## quick: unit, vectors, properties, corpora, tidy, format
	@ninja -C build/dev -j $(JOBS) --quiet
	@cd build/dev && ctest -L quick -j $(JOBS) --output-on-failure --no-tests=error

test: setup-test ## everything; CI runs this
	@tools/test-all $(JOBS)

bench: program ## the figures of docs/benchmarks.md
	@tools/bench $(Y)

fuzz: setup-test build/fuzz/build.ninja ## each fuzz target for FUZZ_SECONDS (60)
	@ninja -C build/fuzz -j $(JOBS) --quiet
	@tools/fuzz-all build/fuzz $${FUZZ_SECONDS:-60}

fmt: setup-test ## formats the C sources
	@git ls-files '*.c' '*.h' | xargs clang-format-14 -i

tidy: setup-test build/dev/build.ninja ## house rules
	@ninja -C build/dev -j $(JOBS) --quiet
	@python3 tools/tidy . build/dev

install: program web ## into PREFIX (with DESTDIR)
	@DESTDIR=$(DESTDIR) cmake --install build/release --prefix $(PREFIX)

clean: ## removes what was built
	@rm -rf build web/dist
