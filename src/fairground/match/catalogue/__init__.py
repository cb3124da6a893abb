"""Matching a hub's own catalogue: judged pairs are kept, and shown on the pages of both sides."""
