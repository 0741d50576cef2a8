"""Mopidy, which writes down where each of its threads stands when it is sent SIGUSR2, even while it hangs."""

import faulthandler
import signal
import sys

from mopidy.__main__ import main

if __name__ == "__main__":
    faulthandler.register(signal.SIGUSR2, all_threads=True)
    sys.exit(main())
