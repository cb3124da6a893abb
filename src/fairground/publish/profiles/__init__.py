"""Profiles: what a zone, a park, a region or a district has, counted, compared and embedded."""
