#!/bin/bash
# Run by Kafka's image in the place of its own start: a broker that asks who is there, and refuses what no access control
# list allows. Settings are the variables KAFKA_…, as the image reads them, and what stands here, since it holds the super
# user's password: that stands in no variable, and in no process list.
set -euo pipefail
umask 077
cp /etc/kafka/docker/*log4j2.yaml /opt/kafka/config/
password=$(cat /run/secrets/kafka.super-user)
settings=/opt/kafka/config/server.properties
{
  # KAFKA_LOG_DIRS is log.dirs.
  env | sed -n 's/^KAFKA_\([A-Z_]*\)=/\1=/p' | while IFS='=' read -r name value; do
    case $name in HEAP_OPTS | OPTS | HOME | VERSION | JVM_PERFORMANCE_OPTS | LOG4J_OPTS) continue ;; esac
    printf '%s=%s\n' "$(tr 'A-Z_' 'a-z.' <<<"$name")" "$value"
  done
  cat <<SETTINGS
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.client.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="admin" password="$password";
sasl.mechanism.controller.protocol=PLAIN
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="$password" user_admin="$password";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:admin
SETTINGS
} >"$settings"
words=$(mktemp)
printf -- '--add-scram\nSCRAM-SHA-512=[name=admin,password=%s]\n' "$password" >"$words"
/opt/kafka/bin/kafka-storage.sh format --cluster-id "$CLUSTER_ID" --config "$settings" --ignore-formatted "@$words"
rm "$words"
exec /opt/kafka/bin/kafka-server-start.sh "$settings"
