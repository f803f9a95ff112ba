"""Changes of the engine's own tables, in order.  The user's tables never have migrations: they are a plan (ddl.py).

A file here is named by its number and effect (m0007_fill_origin_of_changes.py), imports nothing from svyaz,
and says in its header Why, Cost, Locks, Again, Back.  A new base is made by system_tables and has them all.
"""
