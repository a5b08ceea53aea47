"""The gateway is killed, or stopped past its lease, at every point that matters."""
