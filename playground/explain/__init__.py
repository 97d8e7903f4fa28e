"""What a stage of a chain is, for people: what its class says of it, and what it does, computed."""
