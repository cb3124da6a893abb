"""The meeting stage: what people hold for each other, first the bookings of facilities and equipment."""
