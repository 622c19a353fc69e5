#!/usr/bin/env bash
# Makes requirements.lock from pyproject.toml: exact versions of every dependency and extra, with markers, so that
# one file serves Linux, macOS and Windows from Python 3.11 on. Versions already locked stay unless asked otherwise:
#
#   scripts/lock.sh                     after a change of pyproject.toml
#   scripts/lock.sh --upgrade           everything to the newest within the bounds
#   scripts/lock.sh -P pandas           one package to the newest
#
# Needs uv ("pip install uv"); UV=/path/to/uv names one that is not on PATH.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=${UV:-uv}
if ! command -v "$uv" >/dev/null; then
    printf 'lock.sh: uv was not found (%s).\nTo fix: pip install uv, or UV=/path/to/uv scripts/lock.sh\n' "$uv" >&2
    exit 2
fi

new=.requirements.lock.new
trap 'rm -f "$new" "$new.head"' EXIT
if [ -f requirements.lock ]; then cp requirements.lock "$new"; fi # uv keeps the versions it finds there

"$uv" pip compile --quiet --universal --python-version 3.11 --all-extras --no-header --no-emit-index-url \
    --output-file "$new" "$@" pyproject.toml >/dev/null

{
    echo "# Exact versions of everything effeval needs, for Linux, macOS and Windows, Python 3.11 and later."
    echo "# Made by scripts/lock.sh from pyproject.toml: do not edit, run the script."
    cat "$new"
} >"$new.head"
mv "$new.head" requirements.lock
