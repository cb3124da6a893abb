"""Pure rules of the meeting stage: no Django, no database, no clock of their own."""
