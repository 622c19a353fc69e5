"""What turns files into tables: cells, rows and sheets, the schema of the tables, and what must agree in them."""
