#!/bin/sh
# Run by the PostgreSQL image when its volume is empty: the two roles, and the database.
set -eu
psql --username "$POSTGRES_USER" --set ON_ERROR_STOP=1 \
    --set migrator_password="$MIGRATOR_PASSWORD" --set app_password="$APP_PASSWORD" \
    --file /roles/roles.sql
createdb --username "$POSTGRES_USER" --owner migrator isp
