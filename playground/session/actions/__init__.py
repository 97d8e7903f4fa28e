"""The actions of a session: what can be typed after a slash, in one table that every front end shares."""
