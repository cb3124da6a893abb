"""Notices: what people are told, in the portal and by mail, as often as each of them wishes."""
