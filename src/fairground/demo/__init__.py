"""The demonstration hub: what the portal shows before anybody has put in data of their own."""
