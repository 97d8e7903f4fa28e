"""The session process: HTTP over a Unix socket around one engine, shared by all front ends of a user.

It keeps models and caches, no conversations: losing it loses no text.
"""
