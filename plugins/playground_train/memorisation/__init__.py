"""Was it memorised? Indexes of data, and what of a text stands in them."""
