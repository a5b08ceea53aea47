"""What a gateway makes of each way in which a provider can fail: bench/failover/README.md."""
