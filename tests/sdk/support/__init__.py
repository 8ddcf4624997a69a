"""What the SDK tests stand on: a server of their own, a recording proxy, the public API, the SDK programs."""
