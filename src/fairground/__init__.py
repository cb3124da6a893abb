"""Fairground: the open-source system that runs an innovation hub and its technology fair."""

__version__ = "0.1.0.dev0"
