"""Mopidy, which writes down where each of its threads stands when it is sent SIGUSR2, even while it hangs."""

import faulthandler
import signal
import sys
from importlib.metadata import entry_points

if __name__ == "__main__":
    faulthandler.register(signal.SIGUSR2, all_threads=True)
    # Mopidy 3 and 4 begin in different modules.
    (mopidy,) = entry_points(group="console_scripts", name="mopidy")
    sys.exit(mopidy.load()())
