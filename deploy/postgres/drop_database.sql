-- Undoes database.sql; for the throw-away systems of tests and benchmarks.

\getenv name DATABASE_NAME
\getenv role DATABASE_ROLE

DROP DATABASE IF EXISTS :"name" WITH (FORCE);
DROP ROLE IF EXISTS :"role";
