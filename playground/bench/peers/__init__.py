"""Other engines, each asked the same questions in a process of its own."""
