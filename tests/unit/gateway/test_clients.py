"""Clients that partners build with, unmodified, from npm: urql, Apollo Client, and the audit of GraphQL over HTTP."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from fixtures.node import write_script
from fixtures.tokens import token
from unit.gateway.standin import family_id
from unit.gateway.under_test import Gateway

TOKEN = token("ana", roles=["analyst"], scopes=["families:read"])
ADMINISTRATOR = token("adam", roles=["platform_administrator"])

AUDIT = """
import { auditServer } from 'graphql-http';
const fetchFn = (url, init = {}) =>
  fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${process.env.TOKEN}` } });
const results = await auditServer({ url: `${process.env.GATEWAY}/graphql`, fetchFn });
console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));
"""

URQL = """
import { Client, fetchExchange, gql } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
const client = (exchanges, more = {}) => new Client({
  url: `${process.env.GATEWAY}/graphql`,
  fetchOptions: { headers: { authorization: `Bearer ${process.env.TOKEN}` } },
  exchanges,
  ...more,
});
const QUERY = gql`
  query Families($first: Int!) {
    families(first: $first) {
      items { id area }
      next
    }
  }
`;
const CHANGE = gql`
  mutation Check($claim: UUID!, $input: CheckInput!) {
    checkClaim(claim: $claim, input: $input, idempotencyKey: "urql-key-1") { __typename }
  }
`;
const CHECK = { verdict: 'agreed', reason: 'Seen.', date: '2018-09-30' };
const said = ({ data, error }) => ({
  data: data ?? null,
  errors: error?.graphQLErrors?.map(({ message, extensions }) => ({ message, extensions })) ?? [],
  network: error?.networkError?.message ?? null,
});
const usual = client([fetchExchange]);
const kept = client([persistedExchange({ preferGetForPersistedQueries: true }), fetchExchange]);
const stranger = client([fetchExchange], { fetchOptions: { headers: { authorization: 'Bearer nobody' } } });
console.log(JSON.stringify({
  query: said(await usual.query(QUERY, { first: 2 })),
  forced: said(await client([fetchExchange], { preferGetMethod: 'force' }).query(QUERY, { first: 2 })),
  posted: said(await client([fetchExchange], { preferGetMethod: false }).query(QUERY, { first: 2 })),
  persisted: said(await kept.query(QUERY, { first: 2 })),
  again: said(await kept.query(QUERY, { first: 3 })),
  change: said(await usual.mutation(CHANGE, { claim: process.env.CLAIM, input: CHECK })),
  refused: said(await usual.query(QUERY, { first: 1000 })),
  stranger: said(await stranger.query(QUERY, { first: 2 })),
}));
"""

APOLLO = """
import {
  ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, ServerError, gql,
} from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { createHash } from 'node:crypto';
const http = (more = {}) => new HttpLink({
  uri: `${process.env.GATEWAY}/graphql`,
  headers: { authorization: `Bearer ${process.env.TOKEN}` },
  ...more,
});
const client = (link) => new ApolloClient({ link, cache: new InMemoryCache() });
const QUERY = gql`
  query Families($first: Int!) {
    families(first: $first) {
      items { id area }
      next
    }
  }
`;
const ask = async (link, first) => {
  try {
    const { data } = await client(link).query({ query: QUERY, variables: { first } });
    return { data, errors: [] };
  } catch (error) {
    const errors = CombinedGraphQLErrors.is(error) ? error.errors : JSON.parse(error.bodyText ?? '{}').errors;
    return { data: null, errors: errors ?? [], server: ServerError.is(error) ? error.statusCode : null };
  }
};
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const persisted = new PersistedQueryLink({ sha256, useGETForHashedQueries: true });
console.log(JSON.stringify({
  query: await ask(http(), 2),
  got: await ask(http({ useGETForQueries: true }), 2),
  persisted: await ask(ApolloLink.from([persisted, http()]), 2),
  refused: await ask(http(), 1000),
  stranger: await ask(http({ headers: { authorization: 'Bearer nobody' } }), 2),
}));
"""


def run(gateway: Gateway, script: str, folder: Path, signed: str = TOKEN) -> Any:
    given = {"GATEWAY": gateway.running.url, "TOKEN": signed, "CLAIM": family_id(1)}
    ran = subprocess.run(
        write_script(script, folder), cwd=folder, env=os.environ | given, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr or ran.stdout
    return json.loads(ran.stdout.splitlines()[-1])


def test_the_audit_of_graphql_over_http_passes_whole_as_we_ship(gateway: Gateway, tmp_path: Path) -> None:
    results = run(gateway, AUDIT, tmp_path, ADMINISTRATOR)
    assert [f"{one['status']} {one['name']}: {one['reason']}" for one in results if one["status"] != "ok"] == []
    assert len(results) == 61


def shown(answer: dict[str, Any], many: int) -> bool:
    families = answer["data"]["families"]
    return answer["errors"] == [] and families["next"] == "more" and len(families["items"]) == many


def test_urql_works_as_it_comes(gateway: Gateway, tmp_path: Path) -> None:
    gateway.behind.families = 2
    found = run(gateway, URQL, tmp_path)
    for name in ("query", "forced", "posted", "persisted", "again"):
        assert shown(found[name], 2), found[name]
    assert found["change"]["data"]["checkClaim"]["__typename"] == "ClaimChanged"
    (refused,) = found["refused"]["errors"]
    assert refused["extensions"]["problem"]["title"] == "Page too long" and found["refused"]["network"] is None
    (stranger,) = found["stranger"]["errors"]
    assert stranger["extensions"]["problem"]["status"] == 401


def test_apollo_client_works_as_it_comes(gateway: Gateway, tmp_path: Path) -> None:
    gateway.behind.families = 2
    found = run(gateway, APOLLO, tmp_path)
    for name in ("query", "got", "persisted"):
        assert shown(found[name], 2), found[name]
    (refused,) = found["refused"]["errors"]
    assert refused["extensions"]["problem"]["title"] == "Page too long"
    (stranger,) = found["stranger"]["errors"]
    assert stranger["extensions"]["problem"]["status"] == 401
