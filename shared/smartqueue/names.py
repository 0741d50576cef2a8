"""What listeners and machines may be called in settings; by itself, so that who only needs this loads nothing else."""

from __future__ import annotations

import ipaddress
import re

_PROFILE = re.compile(r"[\w .@-]{1,64}")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*")


def is_profile(name: str) -> bool:
    """Whether a listener may be called so."""
    return _PROFILE.fullmatch(name) is not None


def check_profile(name: str) -> None:
    """Raises ValueError, which says what a listener may be called."""
    if not is_profile(name):
        raise ValueError(f"must be a name of up to 64 letters, digits, blanks and . @ - _, not {name!r}")


def check_host(name: str) -> None:
    """Raises ValueError for what is no machine's name or address, as one with http:// before it or a port behind."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        if not _HOST.fullmatch(name):
            raise ValueError(f"must be a name or an address alone, such as music.lan, not {name!r}") from None
