"""Parameter sets of other engines as chains: what they set, in the order in which they would apply it."""
