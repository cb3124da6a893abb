"""The pages of people: consent, roles, organisations, privacy."""
