#!/bin/sh
# Sends the feed's own example, a file of one line about a made-up child. Needs curl.
set -eu
member() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | grep .; } # fails where there is none

# 1. A token. The secret is read from a pipe, so that no list of processes shows it.
TOKEN=$(printf 'user = "%s:%s"' "$CLIENT_ID" "$CLIENT_SECRET" |
  curl -sS --fail-with-body --config - "$IDENTITY/oauth/token" -d grant_type=client_credentials | member access_token)

# 2. The file.
curl -sS --fail-with-body "$FAMILIES/v1/feeds/$FEED" | member example | sed 's/\\r\\n/\n/g' > first_push.csv

# 3. Try it, then send it. The days are those of which the file says all that there is.
for DRY_RUN in true false; do
  PUSH=$(printf 'header = "Authorization: Bearer %s"' "$TOKEN" |
    curl -sS --fail-with-body --config - --data-binary @first_push.csv \
      -H "Content-Type: text/csv" -H "Idempotency-Key: first-push-$DRY_RUN-$(date +%s)" \
      "$FAMILIES/v1/feeds/$FEED/pushes?covers_from=2016-09-01&covers_to=2016-12-31&area=thornbury&dry_run=$DRY_RUN" |
    member id)

  # 4. The report.
  STATUS=
  until [ "$STATUS" = finished ] || [ "$STATUS" = paused ]; do
    sleep 1
    REPORT=$(printf 'header = "Authorization: Bearer %s"' "$TOKEN" |
      curl -sS --fail-with-body --config - "$FAMILIES/v1/pushes/$PUSH")
    STATUS=$(printf %s "$REPORT" | member status)
  done
  printf '%s\n' "$REPORT"
done
