"""The search index: documents in, pages of hits with counts, snippets and suggestions out."""
