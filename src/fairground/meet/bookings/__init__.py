"""Bookings of facilities and equipment: the rule, the asking, the answer, the calendar."""
