"""What editions are made of, without a database."""
