#!/usr/bin/env bash
# Measures the way from a new clone without build output to the first answered chat of `make local`, and then to compiled
# tests. Prints the seconds of both, and the number of dependencies that the tests compiled again.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"
unset CARGO_TARGET_DIR MAKEFLAGS MAKELEVEL PROFILE LLM

folder=$(mktemp -d)
make=
stop() {
  [ -z "$make" ] || kill -INT -- "-$make" 2> /dev/null || true
}
trap 'stop; rm -rf "$folder"' EXIT
git clone --quiet . "$folder/clone"
cd "$folder/clone"

# The names of the dependencies that a log says were compiled; crates of the workspace have a path.
compiled() {
  sed -n 's/^ *Compiling \([^ ]* v[^ ]*\)$/\1/p' "$1" | sort -u
}

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
SECONDS=0
set -m
PORT=$port make local > "$folder/stdout" 2> "$folder/local" &
make=$!
set +m
until grep -q '^chat: ' "$folder/stdout"; do
  kill -0 "$make" 2> /dev/null || { cat "$folder/local" >&2; exit 1; }
  sleep 0.2
done
url=$(sed -n 's/^chat: //p' "$folder/stdout")
curl --silent --show-error --fail -X POST "$url" -d '{"message": "Recommend me a sci-fi movie"}' > /dev/null
echo "first answered chat: $SECONDS s"
stop
wait "$make" || true
make=

SECONDS=0
cargo test --workspace --locked --no-run 2> "$folder/tests"
echo "tests compiled: $SECONDS s"
echo "dependencies compiled again: $(comm -12 <(compiled "$folder/local") <(compiled "$folder/tests") | wc -l)"
