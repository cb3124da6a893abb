"""The public part of the map for programs: OGC API – Features, Part 1: Core, with GeoJSON."""
