"""Where a project could land: the pages, and what they read of the catalogue."""
