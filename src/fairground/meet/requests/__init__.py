"""Service requests: asked of a platform or a park, answered, and counted."""
