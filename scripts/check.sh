#!/bin/sh
# Every check that needs neither a database nor a network. Each is named; what it says is shown only where it fails.
# All of them run, so that one look shows everything there is to mend; the status tells whether any failed.
set -u
cd "$(dirname "$0")/.."
bin=.venv/bin
failed=""

check() { # name, command...
    name=$1
    shift
    if output=$("$@" 2>&1); then
        printf '  ok      %s\n' "$name"
    else
        printf '  FAILED  %s\n%s\n' "$name" "$output"
        failed="$failed $name"
    fi
}

# The settings of a production site, with values that are nobody's: what `check --deploy` looks at.
production() {
    env CURATOR_ENV=production \
        SECRET_KEY="$($bin/python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
        SUBSCRIBER_KEY="$($bin/python -c 'import base64, secrets; print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())')" \
        ALLOWED_HOSTS=curator.example SITE_URL=https://curator.example CONTACT_URL=https://curator.example/method/ \
        DATABASE_URL=postgresql://curator@127.0.0.1:1/curator REDIS_URL=redis://127.0.0.1:1 \
        EMAIL_URL='smtp://curator@mail.example:587?tls=1' DEFAULT_FROM_EMAIL=desk@curator.example \
        OPERATOR_EMAILS=operator@curator.example "$@"
}

templates() { git ls-files -z --cached --others --exclude-standard -- '*.html' | xargs -0 $bin/djade --target-version 5.2 --check; }
upgrades() { # django-upgrade only rewrites, so it works on a copy
    copy=$(mktemp -d) && trap 'rm -rf "$copy"' EXIT
    git ls-files -z --cached --others --exclude-standard -- '*.py' | xargs -0 tar cf - | tar xf - -C "$copy"
    (cd "$copy" && find . -name '*.py' -print0 | xargs -0 "$OLDPWD/$bin/python" -m django_upgrade --target-version 5.2)
}

check "ruff check" $bin/ruff check --quiet .
check "ruff format" $bin/ruff format --quiet --check .
check "mypy --strict" $bin/python -m mypy .
check "import-linter" $bin/lint-imports --no-cache
check "makemigrations --check" $bin/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
check "check --deploy" production $bin/python manage.py check --deploy --fail-level WARNING
check "djade" templates
check "django-upgrade" upgrades
check "typos" $bin/typos
check "pyproject-fmt" $bin/pyproject-fmt --check pyproject.toml

if [ -n "$failed" ]; then
    printf 'Checks failed:%s\n' "$failed" >&2
    exit 1
fi
