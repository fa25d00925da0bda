"""The outside: the database server, the object store, picture decoding."""
