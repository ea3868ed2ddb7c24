import { readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { caldavSigner } from '../functions/adapters/calendars/caldav/credential.ts';
import type { SystemOptions } from '../functions/adapters/calendars/calls.ts';
import { googleTokens } from '../functions/adapters/calendars/google/token.ts';
import { microsoftAddresses } from '../functions/adapters/calendars/microsoft/system.ts';
import { microsoftTokens } from '../functions/adapters/calendars/microsoft/token.ts';
import type { Sign } from '../functions/adapters/provider/credentials.ts';
import type { ProviderKind } from '../functions/adapters/provider/kind.ts';
import { PROVIDERS } from '../functions/adapters/providers.ts';
import type { Connection } from '../functions/connections/connection.ts';
import type { Feed } from '../functions/feeds/feed.ts';
import { ThrottledError, UnreachableError } from '../functions/rooms/model/errors.ts';
import { readWebhooks } from '../functions/runtime/configuration.ts';
import type { ApplicationEntry } from '../functions/runtime/environment.ts';
import type { Clients } from './clients.ts';
import type { Deployment } from './deployment.ts';

/** A credential to store, and its source. */
export interface Credential {
  /** The name of an application, a feed or a connection; with `-webhook` after it, the webhook of an application. */
  readonly name: string;
  /** A path, relative to the folder in which the command was typed; `-` for standard input. */
  readonly file: string;
  /** Whether `file` is removed after the stored value was read back. */
  readonly remove: boolean;
}

/** A secret, and the check of its value. */
interface Place {
  readonly secret: string;
  /** @throws Error if a value is not valid here; the error does not show the value */
  check(value: string): Promise<unknown>;
}

/**
 * Stores a private key, an API key, the address of a feed, the credential of a connection or the token of a webhook in
 * its secret, and reads it back. Removes a file only if the value that was read back equals its content.
 *
 * @returns the text for the person
 * @throws Error if anything failed; the file is then unchanged
 */
export async function putCredential(
  { name, file, remove }: Credential,
  deployment: Deployment,
  { secrets }: Pick<Clients, 'secrets'>,
): Promise<string> {
  const { secret, check } = placeOf(name, deployment);
  const isFile = file !== '-';
  if (remove && !isFile) throw new Error('--remove needs a file: name it by --file');
  const value = read(file).trim();
  const untouched = isFile ? `; ${file} is untouched` : '';
  try {
    await check(value);
  } catch (error) {
    throw new Error(`${said(error)}: nothing was put${untouched}`);
  }
  const { VersionId } = await secrets.send(
    new PutSecretValueCommand({ SecretId: secret, SecretString: value }),
  );
  const { SecretString } = await secrets
    .send(new GetSecretValueCommand({ SecretId: secret, VersionId }))
    .catch((error) => {
      throw new Error(
        `the value was put, and could not be read back (${error.name}: ${error.message})${untouched}`,
      );
    });
  if (SecretString !== value) throw new Error(`what was read back is not what was put${untouched}`);
  const done = `${name}: put into its secret and read back.`;
  if (!isFile) return done;
  if (!remove) return `${done} You can remove ${file} now`;
  rmSync(pathOf(file));
  return `${done} ${file} is removed`;
}

function placeOf(name: string, { applications, functions }: Deployment): Place {
  const application = applications.find((entry) => entry.name === name);
  if (application) return { secret: application.secret, check: (value) => checkKey(application, value) };
  const feeds: readonly Feed[] = JSON.parse(functions.get('read-calendars')?.environment.FEEDS ?? '[]');
  const feed = feeds.find((entry) => entry.name === name);
  if (feed) return { secret: feed.secret, check: checkAddress };
  const connections = connectionsOf(functions);
  const connection = connections.find((entry) => entry.name === name);
  if (connection) return { secret: connection.secret, check: (value) => checkConnection(connection, value) };
  const webhooks = readWebhooks(functions.get('room-callbacks')?.environment.WEBHOOKS);
  const nameOf = ({ application }: { readonly application: string }) => `${application}-webhook`;
  const webhook = webhooks.find((entry) => nameOf(entry) === name);
  if (webhook) return { secret: webhook.secret, check: checkToken };
  const named = [...applications, ...feeds, ...connections].map((entry) => entry.name);
  const known = [...named, ...webhooks.map(nameOf)].join(', ');
  throw new Error(`there is no application, no feed and no connection ${name}; there are ${known}`);
}

/** Signs with it, as the functions do. */
async function checkKey(entry: ApplicationEntry, value: string): Promise<unknown> {
  // the type says that an entry fits its provider, but the compiler cannot follow the look-up
  const { credential, checkCredential }: ProviderKind<never> = PROVIDERS[entry.provider];
  try {
    return await checkCredential(entry as never, value);
  } catch (error) {
    // the functions' messages are about the content of the secret; here the value is not stored yet
    const [, found = said(error)] = /cannot be used: (.*?); put /.exec(said(error)) ?? [];
    throw new Error(`application ${entry.name} needs ${credential.form}, but the value is not one: ${found}`);
  }
}

/** Gets a token with it, as the functions do. */
async function checkConnection(connection: Connection, value: string): Promise<unknown> {
  const secrets = { read: async () => value };
  const options = { connection: connection.name, secret: connection.secret, secrets, now: Date.now };
  const [sign, wanted] = signerOf(connection, options);
  try {
    return await sign(value, new Set());
  } catch (error) {
    if (error instanceof UnreachableError || error instanceof ThrottledError) {
      throw new Error(
        `the credential of connection ${connection.name} cannot be checked now: ${said(error)}`,
      );
    }
    const [, found = said(error)] = /cannot be used: (.*?); put /.exec(said(error)) ?? [];
    throw new Error(`connection ${connection.name} needs ${wanted}, but the value is not one: ${found}`);
  }
}

function signerOf(
  connection: Connection,
  options: SystemOptions & { readonly connection: string; readonly secret: string },
): readonly [Sign, string] {
  switch (connection.kind) {
    case 'google': {
      const { actAs, calendars } = connection;
      const subject = actAs === 'owner' ? calendars[0] : actAs;
      return [googleTokens({ ...options, ...(subject && { subject }) }), 'the JSON key of a service account'];
    }
    case 'microsoft':
      return [
        microsoftTokens({ ...options, ...microsoftAddresses(connection) }),
        `the client secret of app ${connection.client}, or JSON with its privateKey and certificate`,
      ];
    case 'caldav':
      return [
        caldavSigner({ application: connection.name, secret: connection.secret }),
        'user:password or a bearer token',
      ];
  }
}

/** Returns the connections that the deployed function reads. */
export function connectionsOf(functions: Deployment['functions']): readonly Connection[] {
  return JSON.parse(functions.get('read-calendars')?.environment.CONNECTIONS ?? '[]');
}

async function checkAddress(value: string): Promise<void> {
  const address = value.replace(/^webcal:/i, 'https:');
  if (URL.canParse(address) && new URL(address).protocol === 'https:') return;
  throw new Error(`the address of a feed begins with https:// or webcal://, and this one does not`);
}

async function checkToken(value: string): Promise<void> {
  if (/^[\x21-\x7e]+$/.test(value) && !value.startsWith('{')) return;
  throw new Error('the token of a webhook is one word, as the page of the app shows it, and this is none');
}

const said = (error: unknown) => (error as Error).message;

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : pathOf(file), 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read (${(error as { code?: string }).code}): nothing was put`);
  }
}

/** An npm script runs in the folder of the project, not in the folder in which it was typed. */
const pathOf = (file: string) => resolve(process.env.INIT_CWD ?? '.', file);
