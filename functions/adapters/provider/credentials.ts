import { setTimeout as sleep } from 'node:timers/promises';
import { UnauthorizedError } from '../../rooms/model/errors.ts';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { MINUTE, SECOND } from '../../rooms/model/time.ts';
import type { SecretStage, Secrets } from '../secrets.ts';
import type { Reply } from './connection.ts';

/**
 * Returns an `Authorization` header for a secret's value: the earlier one, unless it was refused and another
 * can be made.
 *
 * @throws UnauthorizedError if the value is not a credential; see `uselessSecret`
 */
export type Sign = (secret: string, refused: ReadonlySet<string>) => Promise<string>;

export interface Credentials {
  /** Sends with the credential in use. If it is refused, sends with newer ones until one is accepted. */
  present<R extends Reply>(send: (authorization: string) => Promise<R>): Promise<R>;
}

export type Owner = 'application' | 'connection';

export interface CredentialsOptions {
  readonly application: string;
  /**
   * The owner of the credential: an application of the pool, or a connection to calendars. @default
   * 'application'
   */
  readonly owner?: Owner;
  /** ARN or name. */
  readonly secret: string;
  readonly secrets: Secrets;
  readonly sign: Sign;
  readonly now: () => Instant;
  /** Whether an answer refuses the credential, so that another may be accepted. @default every 401 */
  readonly isRefused?: (reply: Reply) => boolean;
  /**
   * How often a refused credential is made again from the same version: the next credential of another
   * container may have ended it. @default 1
   */
  readonly remakes?: number;
  /** @default a timer */
  readonly wait?: (duration: Duration) => Promise<unknown>;
  /** Called each time the previous version is used because the current one is not a credential. */
  readonly onUnusable?: (application: string) => void;
}

/** The other versions that may be accepted while the credential is being changed, the most likely one first. */
const OTHERS: readonly SecretStage[] = ['AWSPENDING', 'AWSPREVIOUS'];

/** The longest wait before a credential is made again that was refused immediately. */
const PAUSE: Duration = SECOND;

/**
 * How long a version that was accepted instead of the current one is used before the current one is tried
 * again.
 */
const STICKS_FOR: Duration = 5 * MINUTE;

const NONE: ReadonlySet<string> = new Set();

/**
 * Credentials that survive their own rotation. A refused call (401) had no effect, so it is sent again with
 * the versions in Secrets Manager. The order is the current version with a new signature, the pending one,
 * the previous one: the provider may or may not have accepted the new key yet. So workers with different
 * versions all recover. A current version that is no credential at all (for example the wrong file) is
 * skipped and reported.
 */
export function credentials({
  application,
  owner = 'application',
  secret,
  secrets,
  sign,
  now,
  isRefused = ({ status }) => status === 401,
  remakes = 1,
  wait = sleep,
  onUnusable,
}: CredentialsOptions): Credentials {
  let accepted: { readonly value: string; readonly until: Instant } | undefined;

  async function headerInUse(): Promise<string> {
    if (accepted && now() < accepted.until) return sign(accepted.value, NONE);
    accepted = undefined;
    try {
      return await signCurrent(await readSecret('AWSCURRENT', false));
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
      return signNewestThatCan();
    }
  }

  /** Reads past the cache, because a person may have replaced the secret meanwhile. */
  async function signNewestThatCan(): Promise<string> {
    try {
      return await signCurrent(await readSecret('AWSCURRENT', true));
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
      const previous = await readSecret('AWSPREVIOUS', true).catch(() => undefined);
      const header = previous && (await signOrSkip(previous, NONE));
      if (!previous || !header) throw error;
      onUnusable?.(application);
      accepted = { value: previous, until: now() + STICKS_FOR };
      return header;
    }
  }

  function signCurrent(value: string | undefined): Promise<string> {
    if (value !== undefined) return sign(value, NONE);
    throw uselessSecret(application, secret, 'it does not exist or has no value yet', undefined, owner);
  }

  async function readSecret(stage: SecretStage, fresh: boolean): Promise<string | undefined> {
    try {
      return await secrets.read(secret, stage, fresh);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.name : 'unknown';
      throw new UnauthorizedError(
        `the secret ${secret} of ${owner} ${application} could not be read (${reason}): check that it exists in ` +
          'this region and account, and that the function may call secretsmanager:GetSecretValue on it',
        { cause },
      );
    }
  }

  async function* afterRefusal(refused: ReadonlySet<string>): AsyncGenerator<Candidate> {
    // another call may have found the right version while this call was in progress
    if (accepted) yield { value: accepted.value, header: await sign(accepted.value, NONE) };
    // only the current key is signed again: an older key stays refused
    for (let time = 1; time <= remakes; time += 1) {
      // containers that end each other's credentials do not come back together
      if (time > 1) await wait(Math.random() * PAUSE);
      const candidate = await candidateOf('AWSCURRENT', refused);
      if (!candidate) break;
      yield candidate;
    }
    for (const stage of OTHERS) {
      const candidate = await candidateOf(stage, NONE);
      if (candidate) yield candidate;
    }
  }

  async function candidateOf(stage: SecretStage, refused: ReadonlySet<string>) {
    const value = await readSecret(stage, true);
    const header = value && (await signOrSkip(value, refused));
    return value && header ? { value, header } : undefined;
  }

  /** @returns undefined if the value is not a credential: another version may be one */
  async function signOrSkip(value: string, refused: ReadonlySet<string>) {
    try {
      return await sign(value, refused);
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
      return undefined;
    }
  }

  async function present<R extends Reply>(send: (authorization: string) => Promise<R>): Promise<R> {
    const first = await headerInUse();
    let reply = await send(first);
    if (!isRefused(reply)) return reply;
    const refused = new Set([first]);
    for await (const { value, header } of afterRefusal(refused)) {
      if (refused.has(header)) continue;
      reply = await send(header);
      if (!isRefused(reply)) {
        accepted = { value, until: now() + STICKS_FOR };
        return reply;
      }
      refused.add(header);
    }
    throw refusedEverywhere(reply, { application, owner, secret }, refused.size);
  }

  return { present };
}

interface Candidate {
  readonly value: string;
  readonly header: string;
}

/** The command checks the format and reads the value back, which the AWS CLI does not do. */
function putCommand(name: string): string {
  return `evergreen-rooms credentials put ${name} --stack STACK --file FILE`;
}

interface Named {
  readonly application: string;
  readonly owner: Owner;
  readonly secret: string;
}

/** Returns an error for the person who stored a wrong value in a secret. The error never shows the value. */
export function uselessSecret(
  application: string,
  secret: string,
  found: string,
  wanted = 'the credential',
  owner: Owner = 'application',
) {
  return new UnauthorizedError(
    `the secret ${secret} of ${owner} ${application} cannot be used: ${found}; put ${wanted} there with: ` +
      putCommand(application),
  );
}

function refusedEverywhere({ title, status }: Reply, named: Named, tries: number): UnauthorizedError {
  return new UnauthorizedError(
    `${title}: ${status} for ${tries} credentials in turn, from the current, the pending and the previous version of ` +
      `the secret ${named.secret}; check that it belongs to this ${named.owner}, and put the right one there with: ` +
      putCommand(named.application),
  );
}
