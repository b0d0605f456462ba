"""``python -m curator.healthcheck``: does the web server in this container answer? For the Dockerfile's HEALTHCHECK.

It asks as the proxy in front would: for the site's own host, over what counts as https. No Django: it runs every few
seconds.
"""

from __future__ import annotations

import http.client
import os
import sys


def main() -> int:
    """Exit status 0 when ``/healthz`` answers 200."""
    port = int(os.environ.get("PORT", "8000"))
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".") or "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
        return 0 if connection.getresponse().status == http.client.OK else 1
    except (OSError, http.client.HTTPException) as error:
        sys.stderr.write(f"the web server does not answer: {error}\n")
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
