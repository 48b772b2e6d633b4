"""Evidence, keys and edges in the warehouse, and the people made of them."""
