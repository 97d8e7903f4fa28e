"""What a front end and the session process must agree on, and nothing that either does alone."""
