"""The pure core of publish: the search index and the reading of questions. No Django, no database."""
