-- One service's database and the role that owns it. Run as superuser, as often as you like.
-- From the environment: DATABASE_NAME, DATABASE_ROLE, DATABASE_PASSWORD.

\getenv name DATABASE_NAME
\getenv role DATABASE_ROLE
\getenv password DATABASE_PASSWORD

SELECT format('CREATE ROLE %I', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" WITH LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;

SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'role')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec

-- Every role may connect to every database unless told otherwise.
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
