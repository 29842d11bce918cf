#!/usr/bin/env bash
# The tests, in the order of what they need: none, a Node, an environment, a browser; the benchmarks last.
set -euo pipefail
cd "$(dirname "$0")/.."
part=${1:-all}
export PATH="$PWD/.venv/bin:$PATH"

# A shared machine stalls now and then: what failed runs once more, alone, and that run decides.
# Both runs are printed, so a test that needed the second is seen, and is to be mended.
judge() {
  python -m pytest -q "$@" && return
  echo "once more, alone: what failed"
  python -m pytest -q --last-failed --last-failed-no-failures none --maxfail 3 "$@"
}

fast() {
  (cd static && npm run --silent test)
  judge -m "not browser and not bench and not samples"
}

browser() {
  python -m tests.support.find_chromium
  wasm-runtime env build core data
  judge -m "browser and not samples"
}

samples() {
  wasm-runtime env build core data science
  # Apart: Playwright keeps an event loop running, which those in Deno cannot start theirs in.
  python -m pytest -q -s -m "samples and not browser"
  python -m pytest -q -s -m "samples and browser"
}

# Once each, to see that they run; what they measure on a shared machine is judged by nobody.
bench() {
  wasm-runtime env build core data
  BENCH_RUNS=1 python -m pytest -q -m bench tests/bench
}

case $part in
  fast) fast ;;
  browser) browser ;;
  samples) samples ;;
  bench) bench ;;
  all)
    make --no-print-directory check
    wasm-runtime env build core data
    fast
    browser
    bench
    ;;
  *) echo "usage: tests/run.sh [fast|browser|samples|bench|all]" >&2; exit 2 ;;
esac
