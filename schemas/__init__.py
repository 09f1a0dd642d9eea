"""The data: geometry, keys, records and their Arrow schemas. Imports nothing of Pagebeam's."""
