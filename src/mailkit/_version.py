"""The version, read by the build and by `mailkit --version`."""

__version__ = "0.1.0"
