#!/usr/bin/env bash
# Runs every test: run_tests.sh [--training] [pytest's own arguments, with paths as seen from this folder].
# The tests of training/ need PyTorch: with --training it is installed, and they run too.
set -euo pipefail
root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
. "$root/scripts/environment.sh"

needed=('.[test]')
selection=(--ignore=tests/training)
if [ "${1-}" = --training ]; then
  shift
  needed+=(training/requirements.txt)
  selection=()
fi
install "${needed[@]}"
cd -- "$root"
exec "$python" -m pytest ${selection[@]+"${selection[@]}"} "$@"
