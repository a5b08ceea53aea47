"""The simulator's own page: what came in, what it cost, what is to go wrong."""

from aquatint_simulator.page.routes import page_routes

__all__ = ["page_routes"]
