// npm's oidc-provider as `bench/tokens.py` measures it: private_key_jwt, RFC 9068 tokens, each jti in PostgreSQL.
// Environment: PORT, ISSUER, DATABASE (a URL), CLIENTS (a file: [{client_id, jwk}]), SIGNING (a file: a private JWK).
import { readFileSync } from 'node:fs';
import { Provider } from 'oidc-provider';
import pg from 'pg';

const { PORT, ISSUER, DATABASE, CLIENTS, SIGNING } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE, max: 20 });
await pool.query('CREATE TABLE IF NOT EXISTS used (id text PRIMARY KEY, payload json NOT NULL, expires_at timestamptz NOT NULL)');

class Replays {
  async find(id) {
    const found = await pool.query({ name: 'find', text: 'SELECT payload FROM used WHERE id = $1', values: [id] });
    return found.rows[0]?.payload;
  }

  async upsert(id, payload, expiresIn) {
    await pool.query({
      name: 'upsert',
      text: "INSERT INTO used VALUES ($1, $2, now() + $3 * interval '1 second') ON CONFLICT DO NOTHING",
      values: [id, payload, expiresIn],
    });
  }
}

class Nothing {
  async find() {}
  async upsert() {}
}

const clients = JSON.parse(readFileSync(CLIENTS)).map(({ client_id, jwk }) => ({
  client_id,
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
  scope: 'feeds:read',
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg: 'ES256',
  id_token_signed_response_alg: 'ES256',
  jwks: { keys: [jwk] },
}));
const resource = 'urn:thinkfamily';
const provider = new Provider(ISSUER, {
  clients,
  adapter: (model) => (model === 'ReplayDetection' ? new Replays() : new Nothing()),
  jwks: { keys: [JSON.parse(readFileSync(SIGNING))] },
  scopes: ['feeds:read'],
  clientAuthMethods: ['private_key_jwt'],
  enabledJWA: { clientAuthSigningAlgValues: ['ES256'] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: 'feeds:read',
        audience: 'thinkfamily',
        accessTokenTTL: 300,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});
provider.on('server_error', (_, error) => console.error(error));
provider.listen(Number(PORT), '127.0.0.1');
