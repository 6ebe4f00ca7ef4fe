#!/bin/sh
# Sends the feed's own example, a file of one line about a made-up child. Needs curl.
set -eu
ask() { ANSWER=$(curl -sS --fail-with-body "$@") || { printf '%s\n' "$ANSWER" >&2; exit 1; }; printf %s "$ANSWER"; }
member() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | grep .; } # fails where there is none

# 1. A token. The secret is read from a pipe, so that no list of processes shows it.
TOKEN=$(printf 'user = "%s:%s"' "$CLIENT_ID" "$CLIENT_SECRET" |
  ask --config - "$IDENTITY/oauth/token" -d grant_type=client_credentials | member access_token)

# 2. The file.
ask "$FAMILIES/v1/feeds/$FEED" | member example | sed 's/\\r\\n/\n/g' > first_push.csv

# 3. Try it, then send it. The days are those of which the file says all that there is.
for DRY_RUN in true false; do
  PUSH=$(printf 'header = "Authorization: Bearer %s"' "$TOKEN" |
    ask --config - --data-binary @first_push.csv \
      -H "Content-Type: text/csv" -H "Idempotency-Key: first-push-$DRY_RUN-$(date +%s)" \
      "$FAMILIES/v1/feeds/$FEED/pushes?covers_from=$COVERS_FROM&covers_to=$COVERS_TO&area=thornbury&dry_run=$DRY_RUN" |
    member id)

  # 4. The report.
  STATUS=
  until [ "$STATUS" = finished ] || [ "$STATUS" = paused ]; do
    sleep 1
    REPORT=$(printf 'header = "Authorization: Bearer %s"' "$TOKEN" |
      ask --config - "$FAMILIES/v1/pushes/$PUSH")
    STATUS=$(printf %s "$REPORT" | member status)
  done
  printf '%s\n' "$REPORT"
  case $REPORT in *'"refused":0'*) ;; *) echo "why: $FAMILIES/v1/pushes/$PUSH/lines" >&2; exit 1 ;; esac
done
