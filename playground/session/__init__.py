"""What a front end talks to."""
