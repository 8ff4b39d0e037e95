"""Where listeners meet Bolt: acks, guards and the two transports."""
