"""Settings, addresses and checks of the portal."""
