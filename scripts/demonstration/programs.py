"""The real programs, each in a folder of its own: beets' command line, and Mopidy with an MPD door."""

from __future__ import annotations

import configparser
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

import mpd
import yaml

BIN = Path(sys.executable).parent
# How long Mopidy may take to come up or to go away, in seconds.
PATIENCE = 60


class ProgramError(Exception):
    """A program did not do what it was started for; the message ends with what it last said."""


class Beets:
    """beets with the smartqueue plugin; its configuration and library.db are in `folder`."""

    def __init__(self, folder: Path, music: Path, settings: Mapping[str, object] | None = None) -> None:
        self.folder = folder
        self.music = music
        self.library = folder / "library.db"
        folder.mkdir(parents=True, exist_ok=True)
        configuration = {
            "library": str(self.library),
            "directory": str(music),
            "plugins": ["smartqueue"],
            # No questions, no network, and files stay as they are.
            "import": {"copy": False, "write": False, "autotag": False, "quiet": True, "duplicate_action": "keep"},
            **(settings or {}),
        }
        (folder / "config.yaml").write_text(yaml.safe_dump(configuration), encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """What makes beets, and Mopidy's smartqueue, use this library."""
        return {**os.environ, "BEETSDIR": str(self.folder)}

    def run(self, *arguments: str, check: bool = True, show: bool = False) -> subprocess.CompletedProcess[str]:
        """`beet` with arguments; what it prints is returned, or shown to the user."""
        output = None if show else subprocess.PIPE
        done = subprocess.run(
            [BIN / "beet", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            text=True,
            check=False,
        )
        if check and done.returncode:
            message = f"beet {' '.join(arguments)} ended with {done.returncode}: {done.stderr or ''}"
            raise ProgramError(message)
        return done

    def start(self, *arguments: str, output: int | IO[str] = subprocess.PIPE) -> subprocess.Popen[str]:
        """`beet` with arguments, in a process group of its own; the caller waits for its end."""
        return subprocess.Popen(
            [BIN / "beet", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    @contextlib.contextmanager
    def web(self) -> Iterator[int]:
        """`beet web` (its plugin must be set) serves the library for as long as the context lasts; gives its port."""
        port, give_up = free_port(), time.monotonic() + PATIENCE
        log = self.folder / "web.log"
        with log.open("w", encoding="utf-8") as output:
            process = self.start("web", "127.0.0.1", str(port), output=output)
        try:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    if process.poll() is not None or time.monotonic() > give_up:
                        message = f"beet web did not come up: {log.read_text(encoding='utf-8')}"
                        raise ProgramError(message) from None
                    time.sleep(0.1)
            yield port
        finally:
            process.terminate()
            process.wait()


class Mopidy:
    """A Mopidy process with Mopidy-MPD, Mopidy-Local, Mopidy-File and smartqueue; used as a context.

    program: the command that starts it, in place of Mopidy's own.
    """

    def __init__(
        self,
        folder: Path,
        music: Path,
        environment: Mapping[str, str],
        *,
        output: str = "fakesink sync=true",
        port: int | None = None,
        settings: Mapping[str, Mapping[str, str]] | None = None,
        program: Sequence[str | Path] = (BIN / "mopidy",),
    ) -> None:
        self.port = port or free_port()
        self._program = program
        self.log = folder / "mopidy.log"
        # Mopidy 4 breaks the lines of its log at this width.
        self._environment = {**environment, "COLUMNS": "1000"}
        self._configuration = folder / "mopidy.conf"
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        sections: dict[str, Mapping[str, str]] = {
            "core": {name: str(folder / name) for name in ("cache_dir", "config_dir", "data_dir")},
            "audio": {"output": output},
            "mpd": {"hostname": "127.0.0.1", "port": str(self.port)},
            "local": {"media_dir": str(music)},
            "file": {"media_dirs": str(music)},
            "http": {"enabled": "false"},
            "stream": {"enabled": "false"},
            "m3u": {"enabled": "false"},
            "beets": {"enabled": "false"},
        }
        for name, given in (settings or {}).items():
            sections[name] = {**sections.get(name, {}), **given}
        parser = configparser.RawConfigParser()
        parser.read_dict(sections)
        with self._configuration.open("w", encoding="utf-8") as file:
            parser.write(file)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`mopidy` with arguments, such as `local scan`, to its end."""
        done = subprocess.run(
            [BIN / "mopidy", "--config", self._configuration, *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            message = f"mopidy {' '.join(arguments)} ended with {done.returncode}: {done.stderr}"
            raise ProgramError(message)
        return done

    def __enter__(self) -> Mopidy:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Starts Mopidy, and waits until it answers."""
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*self._program, "--config", self._configuration],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C is the user's word to us; we pass it on.
                start_new_session=True,
            )
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                self.client().disconnect()
            except OSError:
                if self._process.poll() is not None or time.monotonic() > give_up:
                    self.stop()
                    message = f"Mopidy did not come up; {self.log} ends with:\n{self.last_words()}"
                    raise ProgramError(message) from None
                time.sleep(0.02)
            else:
                return

    def client(self) -> mpd.MPDClient:
        """A new connection of an MPD client."""
        client = mpd.MPDClient()
        client.timeout = PATIENCE
        client.connect("127.0.0.1", self.port)
        return client

    @property
    def runs(self) -> bool:
        """Whether it was started, and has not ended."""
        return self._process is not None and self._process.poll() is None

    def send(self, which: signal.Signals) -> None:
        """Sends a signal to Mopidy, if it runs."""
        if self._process is not None:
            self._process.send_signal(which)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends Mopidy as a system would, and waits until it is gone."""
        if self._process is not None and self.runs:
            self.send(how)
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def wait(self) -> None:
        """Returns when Mopidy ends."""
        if self._process is not None:
            self._process.wait()

    def last_words(self) -> str:
        """The end of Mopidy's log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])


def free_port(wanted: int = 0) -> int:
    """The wanted TCP port if it is free, else any that is."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
