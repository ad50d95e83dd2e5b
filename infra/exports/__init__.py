"""Rows of the SQL contract in the shapes that other tools read. Pure: rows in, rows or text out."""
