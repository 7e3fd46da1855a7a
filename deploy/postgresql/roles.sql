-- The two roles of a PostgreSQL installation, once per server, as a superuser:
--
--   psql --set migrator_password=... --set app_password=... --file roles.sql
--   createdb --owner migrator isp
--
-- "migrator" owns the tables and runs manage.py migrate. "app" is what web and workers connect as:
-- it owns nothing and cannot pass row level security, so it only ever sees the tenant that the
-- request is for. What it may do is granted by manage.py migrate.
CREATE ROLE migrator LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'migrator_password';
CREATE ROLE app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
