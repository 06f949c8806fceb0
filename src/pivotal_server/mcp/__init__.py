"""The two servers of the Model Context Protocol: the docs for everybody, the data for who holds a key."""
