#!/bin/sh
# Run once by the database's image, on an empty volume: a role and a database of its own for each service whose password
# is there. Passwords are read by psql itself, so that they stand in no process list.
set -eu
for file in /run/secrets/*.database; do
  service=$(basename "$file" .database)
  [ "$service" != postgres ] || continue
  psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 --set service="$service" <<SQL
\\set password \`cat /run/secrets/$service.database\`
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE CONNECT, TEMPORARY ON DATABASE :"service" FROM PUBLIC;
SQL
done
