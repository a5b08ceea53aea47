"""The image providers played on loopback, with faults and an invoice of their own."""
