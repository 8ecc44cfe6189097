#!/bin/sh
# Makes .venv from the locked requirements. Needs a Python >= 3.11 and nothing else.
set -eu
cd "$(dirname "$0")/.."

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null </dev/null; }

# Guided by a profile when it was built, as systems and installers build it: a Python that was not is a fifth slower.
is_built_fast() {
    "$1" -c 'import sys, sysconfig, ensurepip, venv
named = sysconfig.get_config_var("CONFIG_ARGS") or ""
sys.exit(sys.base_prefix != "/usr" and "--enable-optimizations" not in named)' 2>/dev/null </dev/null
}

# Prints each Python that is new enough, by its path: those in front of $PATH first.
new_enough() {
    case ${PYTHON:-} in
    */*) is_new_enough "$PYTHON" && echo "$PYTHON" && return ;;
    esac
    for name in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
        printf '%s\n' "$PATH" | tr : '\n' | while read -r folder; do
            [ -x "$folder/$name" ] && is_new_enough "$folder/$name" && echo "$folder/$name"
        done
    done
}

python=""
found=$(new_enough || true)
IFS='
'
for one in $found; do
    python=${python:-$one}
    if is_built_fast "$one"; then
        python=$one
        break
    fi
done
unset IFS
if [ -z "$python" ]; then
    echo "setup: no Python 3.11 or newer found; install one, or say PYTHON=/path/to/python3 make setup" >&2
    exit 1
fi

locked_uv=$(mktemp)
trap 'rm -f "$locked_uv"' EXIT
awk '/^[a-z]/ { wanted = /^uv==/ } wanted && !/^ *#/' requirements/dev.txt > "$locked_uv"

if [ -x .venv/bin/python ] && is_new_enough .venv/bin/python; then
    echo "setup: keeping the environment in .venv"
elif "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    echo "setup: making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
else
    echo "setup: making .venv with uv, since $("$python" --version) has no venv module"
    rm -rf .venv
    "$python" -m pip install --quiet --no-deps --require-hashes --target .tools --upgrade --requirement "$locked_uv"
    .tools/bin/uv venv --quiet --seed --python "$python" .venv
fi

# Installs with uv, in a third of the time, from where pip is set up to look; with pip where uv cannot.
install() {
    .venv/bin/uv pip install --quiet --compile-bytecode --python .venv/bin/python "$@" 2>.venv/uv.log && return
    echo "setup: uv cannot ($(head -n 1 .venv/uv.log)); with pip it takes a minute or two" >&2
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input "$@"
}

UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)}
UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-}}
if [ -n "$UV_DEFAULT_INDEX" ]; then export UV_DEFAULT_INDEX; else unset UV_DEFAULT_INDEX; fi

echo "setup: installing what requirements/dev.txt names"
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --no-deps --require-hashes \
    --requirement "$locked_uv"
install --require-hashes --requirement requirements/dev.txt

echo "setup: installing ventil itself, editable"
install --no-deps --no-build-isolation --editable .

touch .venv/made
echo "setup: done, .venv/bin/ventil is there"
