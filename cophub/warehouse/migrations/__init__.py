"""How the schema came to be, step by step; `cophub.warehouse.upgrade` applies what is missing."""
