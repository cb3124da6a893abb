"""The portal's benchmark in parts, see `portal.py`: a made-up hub, the server, the load, the figures."""
