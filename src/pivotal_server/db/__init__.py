"""The data layer: tables, statements compiled once, and the two databases behind one surface."""
