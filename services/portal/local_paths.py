"""Where a form or link may send the browser back to: a path of this site and nothing else."""

import re

_LOCAL = re.compile(r"/(?![/\\])[A-Za-z0-9/_\-.]*")


def local_path(given: str, otherwise: str = "/") -> str:
    """Return ``given`` when it is a plain path of this site (no host, query or fragment), else ``otherwise``."""
    return given if _LOCAL.fullmatch(given) else otherwise
