#!/bin/sh
# Make a virtual environment and install mailkit in it, editable.
#
#   tools/venv.sh VENV demo     what `make demo` needs: the cli and testing extras
#   tools/venv.sh VENV dev      that, the tools of the developers and of the documentation
#   tools/venv.sh VENV same     nothing: fail where VENV holds another Python than PYTHON
#
# PYTHON names the interpreter; without it the first of python3, python3.13 … that is 3.11 or newer is taken.
# uv is used where it is on the PATH, because it is faster; pip does the same work.
set -eu

venv=$1
what=$2

version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
fail() {
    echo "mailkit: $*" >&2
    exit 1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        new_enough "$PYTHON" || fail "PYTHON=$PYTHON is not a Python 3.11 or newer."
        echo "$PYTHON"
        return
    fi
    for candidate in python3 python3.13 python3.12 python3.11 python3.14 python; do
        if new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "no Python 3.11 or newer is on the PATH. Install one, or name it: make $what PYTHON=/path/to/python3"
}

have_uv() { uv --version >/dev/null 2>&1; }

make_venv() {
    python=$(find_python)
    "$python" -m venv "$venv" 2>/dev/null && return
    rm -rf "$venv"
    if have_uv; then
        uv venv --quiet --seed --python "$python" "$venv" && return
    fi
    fail "$python cannot make virtual environments (on Debian: apt-get install python3-venv)."
}

install() {
    if have_uv && uv pip install --quiet --python "$venv/bin/python" "$@"; then
        return
    fi
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip --upgrade >/dev/null
    # Dependency groups (PEP 735) need pip 25.1.
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --upgrade 'pip>=25.1'
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check "$@"
}

if [ -x "$venv/bin/python" ] && new_enough "$venv/bin/python"; then
    if [ -n "${PYTHON:-}" ]; then find_python >/dev/null; fi
    if [ -n "${PYTHON:-}" ] && [ "$(version "$PYTHON")" != "$(version "$venv/bin/python")" ]; then
        fail "$venv holds Python $(version "$venv/bin/python"). Choose another place: VENV=.venv-$(version "$PYTHON")"
    fi
elif [ "$what" != same ]; then
    rm -rf "$venv"
    make_venv
fi
[ "$what" = same ] && exit 0

echo "mailkit: installing ($what) in $venv, Python $(version "$venv/bin/python")" >&2
case $what in
    demo) install -e '.[cli,testing]' ;;
    dev) install -e '.[charset,cli,postgres,testing,trust]' --group dev --group docs ;;
    *) fail "unknown set $what: demo or dev" ;;
esac
touch "$venv/.$what"
