"""The park manager's desk: what is kept, what is out of date, what waits."""
