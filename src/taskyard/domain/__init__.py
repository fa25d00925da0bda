"""The street: one house per noun, each entered by its door."""
