#!/bin/sh
# Sets up everything that the make targets stand on, and says what it installs before it does.
#
#   scripts/setup.sh run     what `make demo` and `make run` need
#   scripts/setup.sh test    the same and a Chromium for the browser tests, unless there is one
#
# It needs git, make and Python 3.11 or later. Python packages come from uv.lock into .venv; system packages from
# apt-get or brew, and only where that is allowed without a question: otherwise the line to type is printed.
# Where nothing is missing it ends within a second. Plain POSIX sh: it runs before anything is installed.
set -eu
cd "$(dirname "$0")/.."

mode=${1:-run}
uv_version=0.13.9
venv=.venv
stamp=$venv/.set-up

say() { printf '%s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

# ---------------------------------------------------------------------------------------------------- what is there
find_python() {
    for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        if "$candidate" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    say "Python 3.11 or later is needed, and none was found. PYTHON=/path/to/python3 names one."
    exit 1
}

pango_is_here() {
    "$1" - <<'PY' >/dev/null 2>&1
import ctypes, ctypes.util, sys
for name in ("gobject-2.0", "pango-1.0", "pangoft2-1.0", "harfbuzz", "harfbuzz-subset", "fontconfig"):
    if sys.platform == "darwin":
        if not ctypes.util.find_library(name):
            ctypes.CDLL(f"/opt/homebrew/lib/lib{name}.dylib")
    else:
        ctypes.CDLL(f"lib{name}.so.{1 if name == 'fontconfig' else 0}")
PY
}

chromium_is_here() {
    [ -n "${CHROME_PATH:-}" ] && return 0
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        have "$name" && return 0
    done
    [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] || [ -x /Applications/Chromium.app/Contents/MacOS/Chromium ]
}

venv_works() { [ -x $venv/bin/python ] && $venv/bin/python -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; }

# ---------------------------------------------------------------------------------------------------- system packages
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
may_install() { [ "$(id -u)" = 0 ] || { have sudo && sudo -n true 2>/dev/null; }; }

missing_packages() { # names in this system's own terms, on one line
    if have apt-get; then
        if ! venv_works && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            "$python" -c 'import sys; print("python3.%d-venv" % sys.version_info.minor, end=" ")'
        fi
        pango_is_here "$python" || printf 'libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 '
        have redis-server || have valkey-server || printf 'redis-server '
        have msgfmt || printf 'gettext '
    else
        pango_is_here "$python" || printf 'pango '
        have redis-server || have valkey-server || printf 'redis '
        have msgfmt || printf 'gettext '
    fi
}

apt_install() { # packages...; what apt-get says is shown only where it fails
    log=$(mktemp)
    if as_root env DEBIAN_FRONTEND=noninteractive apt-get update >"$log" 2>&1 &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1; then
        rm -f "$log"
    else
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
}

install_packages() { # packages...
    if have apt-get; then
        if ! may_install; then
            say "These system packages are missing, and only an administrator may install them. Please type:"
            say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
            exit 1
        fi
        say "Installing with apt-get: $*"
        if ! apt_install "$@"; then
            say "apt-get could not install them. What it said stands above."
            exit 1
        fi
        # The package starts a server of its own; ours is a child of the supervisor, on a socket of its own.
        case " $* " in *" redis-server "*)
            if have systemctl && systemctl is-active --quiet redis-server 2>/dev/null; then
                say "Switching off the service that came with redis-server: Curator starts its own."
                as_root systemctl disable --quiet --now redis-server || true
            fi ;;
        esac
    elif have brew; then
        say "Installing with brew: $*"
        brew install --quiet "$@" >&2
    else
        say "These are missing: $*. Please install them with this system's package manager."
        exit 1
    fi
}

offer_chromium() { # only the browser tests need it: without one they are skipped, nothing fails
    chromium_is_here && return
    if grep -qs '^ID=ubuntu' /etc/os-release; then
        say "No Chromium or Chrome here (Ubuntu's comes as a snap only): the browser tests will be skipped. CHROME_PATH may name one."
    elif have apt-get && may_install; then
        say "Installing with apt-get, for the browser tests: chromium"
        apt_install chromium || say "apt-get could not install it: the browser tests will be skipped."
    else
        say "No Chromium or Chrome here: the browser tests will be skipped. CHROME_PATH may name one."
    fi
}

# ---------------------------------------------------------------------------------------------------- Python packages
pip_setting() { # a name such as index-url; the environment's PIP_* come first, as in pip itself
    $venv/bin/python -m pip config list 2>/dev/null |
        sed -n -e "s/^:env:\\.$1='\\(.*\\)'\$/\\1/p" -e "s/^\\(site\\|user\\|global\\|install\\)\\.$1='\\(.*\\)'\$/\\2/p" |
        head -n 1
}

make_venv() {
    venv_works && return
    if [ -e $venv ]; then
        say "The Python of $venv is gone or too old: making $venv anew."
        rm -rf $venv
    fi
    say "Creating $venv with $python."
    "$python" -m venv $venv
}

install_python_packages() {
    if [ ! -x $venv/bin/uv ] || [ "$($venv/bin/uv --version | cut -d ' ' -f 2)" != $uv_version ]; then
        say "Installing uv $uv_version into $venv with pip."
        $venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_version"
    fi
    say "Installing the Python packages of uv.lock into $venv with uv."
    # uv does not read pip's configuration: hand over the certificates and, where there is one, the mirror.
    index=$(pip_setting index-url)
    certificates=$(pip_setting cert)
    [ -z "$certificates" ] || export SSL_CERT_FILE="${SSL_CERT_FILE:-$certificates}"
    [ ! -s /etc/ssl/certs/ca-certificates.crt ] || export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"
    export UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 UV_PROJECT_ENVIRONMENT=$venv
    unset VIRTUAL_ENV
    if [ -z "${UV_DEFAULT_INDEX:-$index}" ]; then
        $venv/bin/uv sync --frozen --quiet
    else # uv.lock names files at one index; another has the same ones, by name and hash, at addresses of its own
        $venv/bin/uv export --frozen --quiet --no-emit-project --format requirements-txt --output-file $venv/requirements.txt
        $venv/bin/uv pip install --quiet --python $venv/bin/python --require-hashes \
            --default-index "${UV_DEFAULT_INDEX:-$index}" --requirement $venv/requirements.txt
    fi
}

# ---------------------------------------------------------------------------------------------------- in order
if venv_works; then python=$venv/bin/python; else python=$(find_python); fi

missing=$(missing_packages)
if [ -n "$missing" ]; then
    # shellcheck disable=SC2086 # a list of words
    install_packages $missing
fi
[ "$mode" != test ] || offer_chromium

wanted="$uv_version $(cksum <uv.lock)"
if ! venv_works || [ ! -f $stamp ] || [ "$(cat $stamp)" != "$wanted" ]; then
    make_venv
    install_python_packages
    printf '%s\n' "$wanted" >$stamp
    say "Set up."
fi

# Translations are kept as text and compiled here, in the image and by the test run; only what changed since.
for catalogue in locale/*/LC_MESSAGES/*.po; do
    compiled=${catalogue%.po}.mo
    [ "$compiled" -nt "$catalogue" ] || msgfmt --check-format --output-file="$compiled" "$catalogue"
done
