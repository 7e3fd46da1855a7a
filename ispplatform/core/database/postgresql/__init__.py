"""Django's PostgreSQL back end, telling the server for which tenant a connection works."""
