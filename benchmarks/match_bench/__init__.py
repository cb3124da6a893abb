"""The parts of ``benchmarks/match.py``: collections and protocols, baselines, metrics, tables."""
