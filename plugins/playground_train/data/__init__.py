"""From files to what a step reads. Knows nothing of networks."""
