"""Settings, from the environment only. ``docs/operations.md`` names every variable.

Two ways to run: ``CURATOR_ENV=production`` refuses what is unsafe and needs its secrets; ``development`` (the default)
fills in what the embedded engines and the demo need.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from curator import environment as env

# Lets ModelAdmin, Manager and the like be written with their type at run time, as the type checker wants them.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = env.choice("CURATOR_ENV", "development", ("development", "production"))
PRODUCTION = ENVIRONMENT == "production"
VAR_DIR = Path(env.text("CURATOR_VAR") or BASE_DIR / "var").resolve()

# The demo: the bundled sample is fetched, edited and sent. Refused in production (curator.checks).
DEMO = env.boolean("CURATOR_DEMO", default=False)
if PRODUCTION and DEMO:
    raise env.BadSetting("CURATOR_DEMO is on in production: the demo's accounts and mailbox are open to everybody")
# What "today" is for editions in the demo. It supplies nothing but `at` and edition dates (countries.clock);
# scheduling, retries, tokens and sessions always use real time.
DEMO_AT = dt.datetime(2013, 12, 24, 6, 30, tzinfo=dt.UTC) if DEMO else None
DEMO_ACCOUNTS = (
    ("curator@demo.example", "curate-by-daylight", "curator"),
    ("editor@demo.example", "second-key-please", "editor"),
    ("admin@demo.example", "keeper-of-the-house", "administrator"),
)
SAMPLE_PORT = env.integer("CURATOR_SAMPLE_PORT", 8010, least=1, most=65535)
MAIL_CATCHER_PORT = env.integer("CURATOR_MAIL_PORT", 8025, least=1, most=65535)
MAIL_CATCHER_DIR = VAR_DIR / "mail"

if PRODUCTION:
    SECRET_KEY = env.required("SECRET_KEY", "it signs sessions and links; make one with `openssl rand -base64 48`")
    SUBSCRIBER_KEYS = env.words("SUBSCRIBER_KEY") or [
        env.required(
            "SUBSCRIBER_KEY", "it encrypts subscribers' addresses; make one with `manage.py new_subscriber_key`"
        )
    ]
    ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
else:
    # Known to everybody: for development and the demo only, production demands its own.
    SECRET_KEY = env.text("SECRET_KEY", "development-only-" + "0123456789abcdef" * 4)
    SUBSCRIBER_KEYS = env.words("SUBSCRIBER_KEY", "ZGV2ZWxvcG1lbnQtb25seS1kZXZlbG9wbWVudC1vbmw=")
    ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver")
# Earlier ones, so that sessions and links in mail already sent keep working while SECRET_KEY is changed.
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
DEBUG = env.boolean("DEBUG", default=False)

SITE_URL = env.text("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
SITE_NAME = "Curator"
CONTACT_EMAIL = env.text("CONTACT_EMAIL", "desk@curator.example")
# The page that our fetcher's User-Agent names, so that a publisher can find and write to us.
CONTACT_URL = env.text("CONTACT_URL", f"{SITE_URL}/method/")

INSTALLED_APPS = [
    "accounts",
    "sources",
    "countries",
    "monitoring",
    "briefings",
    "delivery",
    "curator.apps.CuratorConfig",
    *(["sample"] if DEMO else []),
    "curator.apps.CuratorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "curator.language.LanguageByAddress",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "curator.urls"
WSGI_APPLICATION = "curator.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "curator.templating.NeutralTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "curator.context.site",
            ],
        },
    },
]

# ------------------------------------------------------------------------------------------------ engines
DATABASES = {
    "default": dj_database_url.parse(
        env.required("DATABASE_URL", "the database")
        if PRODUCTION
        else env.text("DATABASE_URL", "postgresql:///curator"),
        conn_max_age=600,
        conn_health_checks=True,
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.required("REDIS_URL", "the broker") if PRODUCTION else env.text("REDIS_URL", "redis://localhost:6379")
if REDIS_URL.startswith("unix://"):
    _REDIS_PATH = REDIS_URL.removeprefix("unix://").split("?")[0]
    CELERY_BROKER_URL = f"redis+socket://{_REDIS_PATH}?virtual_host=0"
    _CACHE_URL = f"unix://{_REDIS_PATH}?db=1"
else:
    CELERY_BROKER_URL = f"{REDIS_URL.rstrip('/')}/0"
    _CACHE_URL = f"{REDIS_URL.rstrip('/')}/1"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _CACHE_URL}}

# ------------------------------------------------------------------------------------------------ celery
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Longer than the longest task: with Redis a message not acknowledged by then is delivered again.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
# How often each stage looks for work, in seconds.
PIPELINE_TICK = env.integer("PIPELINE_TICK", 2 if DEMO else 20, least=1, most=3600)

# ------------------------------------------------------------------------------------------------ people
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapters.InvitationOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Curator: "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
ACCOUNT_LOGIN_BY_CODE_ENABLED = False
# Limits on signing in and signing up count by client. Behind a proxy its address is in X-Forwarded-For, which anybody can
# begin: as many as these are believed, counted from the end.
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXIES", 1 if PRODUCTION else 0, least=0, most=9)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False

# ------------------------------------------------------------------------------------------------ mail
EMAIL_BACKEND = "delivery.smtp.EmailBackend"
EMAIL_TIMEOUT = 20
globals().update(env.smtp("EMAIL_URL", f"smtp://127.0.0.1:{MAIL_CATCHER_PORT}"))
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Curator <desk@curator.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Who gets the operator's daily message.
OPERATOR_EMAILS = env.words("OPERATOR_EMAILS", "" if PRODUCTION else "operator@demo.example")

# ------------------------------------------------------------------------------------------------ fetching
# Hosts, with port, that may be fetched though their address is private: "127.0.0.1:8010". The sample's server only.
FETCH_ALLOWED_PRIVATE_HOSTS = [] if PRODUCTION else ([f"127.0.0.1:{SAMPLE_PORT}"] if DEMO else [])
FETCH_USER_AGENT = f"Curator/0.1 (+{CONTACT_URL})"
FETCH_MAX_BYTES = env.integer("FETCH_MAX_BYTES", 5_000_000, least=10_000)
FETCH_TIMEOUT = env.integer("FETCH_TIMEOUT", 30, least=1, most=300)
# How long a feed that answers as usual is left alone, in seconds.
FETCH_INTERVAL = env.integer("FETCH_INTERVAL", 20 if DEMO else 1800, least=5, most=86_400)
# After so many days, looks that say what their neighbours say are folded into them.
LOOKS_KEPT_DAYS = env.integer("LOOKS_KEPT_DAYS", 90, least=2, most=36_500)
# Seconds between two requests to one host, over all workers.
FETCH_PAUSE = env.integer("FETCH_PAUSE", 1, least=0, most=60)
# Hubs (WebSub) are asked to tell us of news, if they can reach us: SITE_URL is public and https.
WEBSUB = env.boolean("WEBSUB", default=True)
FETCH_PER_HOST = env.integer("FETCH_PER_HOST", 2, least=1, most=64)
# What reading one article page may take: seconds by the clock, and memory beyond what its process takes at rest.
EXTRACT_PAGE_SECONDS = env.integer("EXTRACT_PAGE_SECONDS", 20, least=1, most=300)
EXTRACT_PAGE_MEGABYTES = env.integer("EXTRACT_PAGE_MEGABYTES", 1000, least=100)
# How long one task goes on beginning pages, in seconds.
EXTRACT_TASK_SECONDS = env.integer("EXTRACT_TASK_SECONDS", 240, least=1, most=480)
# Who we are to ReliefWeb's API, which answers callers that it has approved. Without it such feeds fail and say why.
RELIEFWEB_APPNAME = env.text("RELIEFWEB_APPNAME")

# ------------------------------------------------------------------------------------------------ mail that comes in
# A mailbox to which publishers send; read, never changed. Its own door: nothing from a feed reaches it.
MAILBOX_URL = env.imaps("MAILBOX_URL")
# What the operator's mail server calls itself in Authentication-Results. Without it no sender is ever confirmed.
MAILBOX_AUTHSERV_ID = env.text("MAILBOX_AUTHSERV_ID")
MAILBOX_MAX_BYTES = env.integer("MAILBOX_MAX_BYTES", 25_000_000, least=100_000, most=200_000_000)
# Texts as vectors, by which reports of one event find each other across languages (docs/operations.md).
EMBEDDINGS = env.boolean("EMBEDDINGS", default=True)
EMBEDDINGS_URL = env.web("EMBEDDINGS_URL")
EMBEDDINGS_MODEL = env.text("EMBEDDINGS_MODEL", "multilingual-e5-small")
EMBEDDINGS_KEY = env.text("EMBEDDINGS_KEY")
EMBEDDINGS_ASK_SIZE = env.boolean("EMBEDDINGS_ASK_SIZE", default=False)
EMBEDDINGS_TIMEOUT = env.integer("EMBEDDINGS_TIMEOUT", 20, least=1, most=120)
# From which likeness on two reports are of one event, in thousandths: in one language, and in two. Set for the bundled model.
EMBEDDINGS_SAME = env.integer("EMBEDDINGS_SAME", 914, least=1, most=999)
EMBEDDINGS_SAME_ABROAD = env.integer("EMBEDDINGS_SAME_ABROAD", 861, least=1, most=999)
# How long a new item may wait for its vector before it is placed by its words alone, in seconds.
EMBEDDINGS_PATIENCE = env.integer("EMBEDDINGS_PATIENCE", 900, least=0, most=86_400)
# How many days back items are read again that hold a name which the desk has entered or changed.
NAMES_READ_BACK_DAYS = env.integer("NAMES_READ_BACK_DAYS", 14, least=0, most=365)
# Where services are that have doors of their own: no address from outside leads there, be they public or not.
SERVICE_HOSTS = env.hosts(
    str(DATABASES["default"].get("HOST", "")),
    REDIS_URL,
    env.text("EMAIL_URL"),
    env.text("STORAGE_ENDPOINT"),
    MAILBOX_URL,
    EMBEDDINGS_URL,
)

# ------------------------------------------------------------------------------------------------ files
STORAGE_URL = env.text("STORAGE_URL", str(VAR_DIR / "media"))
if STORAGE_URL.startswith("s3://"):
    _default_storage = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": STORAGE_URL.removeprefix("s3://").strip("/"),
            "endpoint_url": env.text("STORAGE_ENDPOINT") or None,
            "file_overwrite": True,
            "default_acl": None,
        },
    }
else:
    _default_storage = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": STORAGE_URL},
    }
STORAGES = {
    "default": _default_storage,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT") or VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# What people may upload at the desk: reports as PDF or .docx, files of events.
UPLOAD_MAX_BYTES = env.integer("UPLOAD_MAX_BYTES", 25_000_000, least=10_000, most=500_000_000)

# ------------------------------------------------------------------------------------------------ words and time
LANGUAGE_CODE = "en-gb"
# A language is offered once its catalogue is in locale/: a page must not call itself Arabic and speak English.
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("es", _("Spanish")), ("ar", _("Arabic"))]
FORMAT_MODULE_PATH = "curator.formats"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# ------------------------------------------------------------------------------------------------ security
_CSP = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "frame-src": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
    "manifest-src": [SELF],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _CSP}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Nobody else learns where a reader came from. Not "no-referrer": browsers then send "Origin: null" with forms, which
# the CSRF check refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_HTTPONLY = True
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [SITE_URL]

# ------------------------------------------------------------------------------------------------ logs
# Addresses of subscribers and what feeds contain never enter logs; ids do.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"links": {"()": "curator.logs.MaskLinks"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["links"]}},
    "root": {"handlers": ["console"], "level": env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))},
    "loggers": {
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
        "trafilatura": {"level": "CRITICAL"},
        "htmldate": {"level": "CRITICAL"},
        "celery.app.trace": {"level": "WARNING"},
    },
}

from curator.schedule import SCHEDULE  # noqa: E402 - it needs nothing but is read after PIPELINE_TICK

CELERY_BEAT_SCHEDULE = SCHEDULE(PIPELINE_TICK)
