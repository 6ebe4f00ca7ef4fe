#!/bin/sh
# Run once by the database's image, on an empty volume: for each service whose passwords are there a database, a role that
# owns it and its tables, and a role that runs the service and may change neither. Passwords are read by psql itself, so
# that they stand in no process list.
set -eu
for file in /run/secrets/*.owner; do
  service=$(basename "$file" .owner)
  psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 --set service="$service" \
    --set owner="$service-owner" <<SQL
\\set password \`cat /run/secrets/$service.database\`
\\set owners_password \`cat /run/secrets/$service.owner\`
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE ROLE :"owner" LOGIN PASSWORD :'owners_password';
CREATE DATABASE :"service" OWNER :"owner";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"service" TO :"service";
SQL
done
