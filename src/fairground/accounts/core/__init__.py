"""The rules of records and roles, without a database."""
