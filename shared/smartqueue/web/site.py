"""What the handlers of one web server share: the library, the player, and who may ask."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from smartqueue.web.player import Player
from smartqueue.web.store import Store


def own_names() -> frozenset[str]:
    """What this machine may be called by those who ask it, in lower case."""
    host = socket.gethostname().lower()
    short = host.partition(".")[0]
    return frozenset({"localhost", host, short, f"{short}.local"})


@dataclass(frozen=True)
class Site:
    """A web server's pages.

    profile: whose pages they are unless a request names another. player: None where nothing plays. names: hosts that
    may be asked for, in lower case, beside IP addresses. learns: whether the program learns by itself. token: what a
    request that changes something must bring; a page of another site cannot read it.
    """

    store: Store
    profile: str
    player: Player | None = None
    names: frozenset[str] = field(default_factory=own_names)
    learns: bool = False
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @classmethod
    def of(
        cls,
        store: Store,
        profile: str,
        player: Player | None = None,
        allowed_hosts: Iterable[str] = (),
        *,
        learns: bool = False,
    ) -> Site:
        """The site, under this machine's own names and those that a setting allows."""
        return cls(store, profile, player, own_names() | {host.strip().lower() for host in allowed_hosts}, learns)

    def is_known(self, host: str) -> bool:
        """Whether a Host header, with or without port, names this machine: an address, or one of its names.

        A page of another site that has its own name resolve to this machine (DNS rebinding) sends that name.
        """
        try:
            name = urlsplit(f"//{host}").hostname or ""
            # A port that is none raises, too.
            _ = urlsplit(f"//{host}").port
        except ValueError:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name.rstrip(".") in self.names
        return True
