"""What the beets plugin and the Mopidy extension share; it imports neither beets nor mopidy."""

__version__ = "0.1.0"
