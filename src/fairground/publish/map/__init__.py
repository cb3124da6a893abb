"""The map: the catalogue's question, answered where things stand."""
