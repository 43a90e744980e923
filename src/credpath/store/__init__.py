"""Where rows are kept: plain functions over a connection, domain objects in and out, the tenant always named.

SQLite in one file by default, PostgreSQL by `DATABASE_URL` alone; every function behaves alike on both.
"""
