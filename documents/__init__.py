"""Files in, pixels out; words in, PDF out. Knows the schemas alone; whatever parses runs inside the jail."""
