"""Turn a Chinese government plan report into evidence."""

__version__ = "0.1.0"
