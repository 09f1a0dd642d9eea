# Sourced by run_local.sh and run_tests.sh, which set `root`: the virtual environment in .venv, made once and kept.
# For bash 3.2 too, which is what macOS has.

venv="$root/.venv"
python="$venv/bin/python"
unfinished="$venv/installing" # holds the process that is installing; left behind by one that was broken off

say() { printf 'pagebeam: %s\n' "$*" >&2; }

fail() {
  say "$@"
  exit 2
}

# Sets `base_python`.
find_python() {
  for base_python in python3.12 python3.11 python3.10 python3; do
    # Asked, not believed: a name may be there without its Python, or its Python without what makes environments.
    if "$base_python" -c 'import ensurepip, sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' \
      >/dev/null 2>&1; then
      return
    fi
  done
  fail "no Python 3.10, 3.11 or 3.12 that can make virtual environments was found on the PATH." \
    "Install one (on Debian and Ubuntu: apt install python3 python3-venv)."
}

# What an installation depends on, as a hash. Fails where the environment has no Python that works.
fingerprint() {
  "$python" -I -c '
import hashlib, pathlib, sys
root = pathlib.Path(sys.argv[1])
parts = [sys.version.encode(), str(root).encode(errors="surrogateescape")]
names = ("pyproject.toml", "requirements.lock", "training/requirements.txt")
parts += [(root / name).read_bytes() for name in names]
print(hashlib.sha256(b"\0".join(parts)).hexdigest()[:16])' "$root" 2>/dev/null
}

# install ITEM...: installs what is not there yet. An item is the project, `.` or `.[extra]`, or a requirements file.
install() {
  local other state missing item
  if [ -e "$unfinished" ]; then
    other=$(cat "$unfinished")
    if [ -n "$other" ] && kill -0 "$other" 2>/dev/null; then
      fail "process $other is installing into $venv: start again when it has ended."
    fi
    rm -rf -- "$venv" # half an installation is not to be trusted
  fi
  if ! state=$(fingerprint); then
    find_python
    rm -rf -- "$venv"
    mkdir -p -- "$venv"
    echo $$ >"$unfinished"
    say "making a virtual environment with $("$base_python" --version 2>&1) in $venv"
    "$base_python" -m venv "$venv" || fail "the virtual environment could not be made."
    state=$(fingerprint) || fail "the Python in $venv does not start."
  fi
  missing=()
  for item in "$@"; do
    if ! grep -qxF -- "$item" "$venv/installed-$state" 2>/dev/null; then
      case $item in
        *.txt) missing+=(--requirement "$item") ;;
        *) missing+=(--editable "$item") ;;
      esac
    fi
  done
  if [ ${#missing[@]} -gt 0 ]; then
    echo $$ >"$unfinished"
    say "installing $* (once, some minutes with a slow line)"
    if ! (cd -- "$root" && "$python" -m pip install --disable-pip-version-check --no-input \
      --constraint requirements.lock "${missing[@]}") >"$venv/install.log" 2>&1; then
      rm -f -- "$unfinished" # pip itself gave up, and leaves what was there as it was
      grep -E '^ *(ERROR|error)' "$venv/install.log" >&2 || tail -n 20 "$venv/install.log" >&2
      fail "the installation failed: all that pip said is in $venv/install.log"
    fi
    printf '%s\n' "$@" >>"$venv/installed-$state"
  fi
  rm -f -- "$unfinished"
}
