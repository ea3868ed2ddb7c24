import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import * as http from 'node:http';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

const [{ applicationId, secret, baseUrl }] = JSON.parse(process.env.APPLICATIONS ?? '[{}]');
const base = new URL(baseUrl ?? 'http://127.0.0.1');
const agent = new http.Agent({ keepAlive: true });
let token: Promise<string> | undefined;

export interface Made {
  readonly id: string;
  readonly expires_at: string;
  readonly _links: {
    readonly guest_url: { readonly href: string };
    readonly host_url: { readonly href: string };
  };
}

export async function create(display_name: string, lifetime: number): Promise<Made> {
  const expires_at = new Date(Date.now() + lifetime).toISOString();
  return JSON.parse(await call('POST', '/rooms', { type: 'long_term', display_name, expires_at }));
}

export async function list(): Promise<readonly Made[]> {
  const rooms: Made[] = [];
  let start = '';
  while (true) {
    const page = JSON.parse(await call('GET', `/rooms?page_size=100${start}`));
    if (page._embedded.length === 0) return rooms;
    rooms.push(...page._embedded);
    if (rooms.length >= page.total_items) return rooms;
    start = `&start_id=${/start_id=(\d+)/.exec(page._links.next.href)?.[1]}`;
  }
}

async function call(method: string, path: string, body?: object): Promise<string> {
  token ??= signToken();
  const headers = { authorization: `Bearer ${await token}`, 'content-type': 'application/json' };
  const target = { agent, method, headers, host: base.hostname, port: base.port, path: base.pathname + path };
  return new Promise((resolve, reject) => {
    const request = http.request(target, (reply) => {
      let text = '';
      reply.setEncoding('utf8');
      reply.on('data', (chunk) => {
        text += chunk;
      });
      reply.on('end', () => resolve(text));
    });
    request.on('error', reject).end(body && JSON.stringify(body));
  });
}

async function signToken(): Promise<string> {
  const { SecretString = '' } = await new SecretsManagerClient({}).send(
    new GetSecretValueCommand({ SecretId: secret }),
  );
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const iat = Math.floor(Date.now() / 1000);
  const claims = { application_id: applicationId, iat, exp: iat + 86_400, jti: randomUUID() };
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), createPrivateKey(SecretString)).toString('base64url')}`;
}
