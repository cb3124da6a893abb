"""Where a project could land: what it needs, judged against platforms and what stands around them."""
