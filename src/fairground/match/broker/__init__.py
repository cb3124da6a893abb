"""The broker's desk: who waits for whom since when, what to do next, and the funnel beside it."""
