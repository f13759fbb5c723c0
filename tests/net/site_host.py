"""A web site on a host of a test's own."""

import hosts  # noqa: F401: it makes the harness known
import harness
from harness import Nginx


class SiteNginx(Nginx):
    """nginx on a host: the cover origin, and the destination."""

    def __init__(self, folder, host, page=b"a site\n"):
        self.host = host
        original, accepts = harness.Process, harness.accepts
        harness.Process = lambda arguments, log, **more: original(host.command(*arguments), log, **more)
        harness.accepts = lambda port: host.run("curl", "-sk", "--max-time", "1",
                                                f"https://{host.address}:{port}/").returncode == 0
        try:
            super().__init__(folder, files={"index.html": page})
        finally:
            harness.Process, harness.accepts = original, accepts

    def _configuration(self, extra):
        return super()._configuration(extra).replace("listen 127.0.0.1:", f"listen {self.host.address}:")
