"""Decoding where the model is: knows ids and text, no user interface, no asyncio."""
