"""Introductions: asked for, answered, talked in, taken back; and the blocks that nobody hears of."""
