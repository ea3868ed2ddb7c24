import { UnauthorizedError } from '../../rooms/model/errors.ts';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { MINUTE } from '../../rooms/model/time.ts';
import type { SecretStage, Secrets } from '../secrets.ts';
import type { Reply } from './connection.ts';

/**
 * Makes an `Authorization` header of a secret's value: the one it made before, unless it was refused and another
 * can be made.
 *
 * @throws UnauthorizedError where the value is no credential; see `uselessSecret`
 */
export type Sign = (secret: string, refused: ReadonlySet<string>) => Promise<string>;

export interface Credentials {
  /** Sends under the credentials in use, and where they are refused under newer ones until one is accepted. */
  present<R extends Reply>(send: (authorization: string) => Promise<R>): Promise<R>;
}

export type Owner = 'application' | 'connection';

export interface CredentialsOptions {
  readonly application: string;
  /** What bears the name: an application of the pool, or a connection to calendars. @default 'application' */
  readonly owner?: Owner;
  /** ARN or name. */
  readonly secret: string;
  readonly secrets: Secrets;
  readonly sign: Sign;
  readonly now: () => Instant;
  /** Whether an answer refuses the credential, so that another may be accepted. @default every 401 */
  readonly isRefused?: (reply: Reply) => boolean;
  /** Told each time that the previous version has to serve, since the current one is no credential. */
  readonly onUnusable?: (application: string) => void;
}

/** Where the credential may be while it is being changed, the likeliest first. */
const STAGES: readonly SecretStage[] = ['AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS'];

/** How long a version that was accepted in place of the current one is used without asking. */
const STICKS_FOR: Duration = 5 * MINUTE;

const NONE: ReadonlySet<string> = new Set();

/**
 * Credentials that survive their own rotation. A refused call (401) had no effect, so it is sent again under what
 * Secrets Manager has now: the current version signed anew, then the pending, then the previous one, since the
 * provider may have taken the new key already, or not yet. Workers with different versions all heal so. A current
 * version that is no credential at all (a file of the wrong kind, say) is passed over in the same way, and told of.
 */
export function credentials({
  application,
  owner = 'application',
  secret,
  secrets,
  sign,
  now,
  isRefused = ({ status }) => status === 401,
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

  /** Reads past the cache, since a person may have replaced the secret meanwhile. */
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
    // another call may have found the right version while this one was under way
    if (accepted) yield { value: accepted.value, header: await sign(accepted.value, NONE) };
    for (const stage of STAGES) {
      const value = await readSecret(stage, true);
      // the current key gets one new signature, an older one is as refused as it was
      const header = value && (await signOrSkip(value, stage === 'AWSCURRENT' ? refused : NONE));
      if (value && header) yield { value, header };
    }
  }

  /** @returns undefined where the value is no credential: another version may be one */
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

/** The command checks the form and reads the value back, which the AWS CLI does not. */
function putCommand(name: string): string {
  return `evergreen-rooms credentials put ${name} --stack STACK --file FILE`;
}

interface Named {
  readonly application: string;
  readonly owner: Owner;
  readonly secret: string;
}

/** An error for the person who put the wrong thing into a secret. It never shows the thing. */
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
