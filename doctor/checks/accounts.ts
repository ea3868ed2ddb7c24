import type { ObservedCall } from '../../functions/adapters/provider/connection.ts';
import type { ProviderKind } from '../../functions/adapters/provider/kind.ts';
import { PROVIDERS, roomProvider } from '../../functions/adapters/providers.ts';
import { secretsManager } from '../../functions/adapters/secrets.ts';
import { UnauthorizedError } from '../../functions/rooms/model/errors.ts';
import { SECOND } from '../../functions/rooms/model/time.ts';
import type { ApplicationEntry } from '../../functions/runtime/environment.ts';
import type { Check } from '../check.ts';
import type { Clients } from '../clients.ts';
import { type Finding, failed, ok, warning } from '../finding.ts';
import { secretsManagerOf } from '../ports.ts';

/** Tokens are signed with the local time, and providers check it strictly. */
const MOST_SKEW = 30 * SECOND;

/** The share of an account's rooms above which it counts as nearly full. */
const NEARLY_FULL = 0.8;

/**
 * Checks that each account's credential is valid, its provider accepts it, the clocks agree and the account
 * is not full.
 */
export const checkAccounts: Check = async ({ applications, stack }, clients) =>
  (await Promise.all(applications.map((entry) => checkAccount(entry, stack.name, clients)))).flat();

async function checkAccount(
  entry: ApplicationEntry,
  stack: string,
  { secrets: client }: Clients,
): Promise<Finding[]> {
  const calls: ObservedCall[] = [];
  const now = () => Date.now();
  const secrets = secretsManager({ client: secretsManagerOf(client), now });
  const provider = roomProvider(entry, { secrets, now, onCall: (call) => calls.push(call) });
  // the type says that an entry fits its provider, but the compiler cannot follow the look-up
  const { title, roomLimit, examine }: ProviderKind<never> = PROVIDERS[entry.provider];
  const subject = `account ${entry.name} (${title})`;
  let rooms = 0;
  try {
    // a missing permission of the app explains its refused calls
    const faults = (await examine?.(entry as never, { secrets, now })) ?? [];
    if (faults.length > 0) return faults.map(({ found, remedy }) => failed(subject, found, remedy));
    for await (const page of provider.list()) {
      rooms += page.filter(({ available }) => available).length;
      // one page shows whether the credential is accepted; reading on is only worth it for a quota
      if (roomLimit === undefined) break;
    }
  } catch (error) {
    const off = skew(subject, calls);
    // a token with a wrong time is refused, even with the right key
    if (off.length > 0 && error instanceof UnauthorizedError) return off.map(asFailed);
    return [...off, refused(subject, error as Error, putting(entry, stack))];
  }
  return [
    ok(subject, 'its credential is accepted'),
    ...skew(subject, calls),
    ...quota(subject, rooms, roomLimit),
  ];
}

const asFailed = (finding: Finding): Finding => ({ ...finding, level: 'failed' });

const putting = ({ name, provider }: ApplicationEntry, stack: string) =>
  `put the right ${PROVIDERS[provider].credential.name} into its secret: ` +
  `evergreen-rooms credentials put ${name} --stack ${stack} --file private.key`;

function refused(subject: string, error: Error, remedy: string): Finding {
  if (error instanceof UnauthorizedError) {
    const [found = ''] = error.message.split(/; (?=check|put)/);
    return failed(subject, found, remedy);
  }
  return failed(subject, error.message, "look at the provider's status page, and ask again");
}

function skew(subject: string, calls: readonly ObservedCall[]): Finding[] {
  const [measured] = calls.flatMap(({ serverTime, askedAt }) =>
    serverTime === undefined ? [] : [Math.abs(serverTime - askedAt)],
  );
  if (measured === undefined || measured <= MOST_SKEW) return [];
  return [
    warning(
      subject,
      `this machine's clock and the provider's differ by ${Math.round(measured / SECOND)} s, by which tokens are refused`,
      'set the clock of this machine by NTP; if it is right, the clock of the provider is off, and tokens of the functions are refused too',
    ),
  ];
}

function quota(subject: string, rooms: number, limit: number | undefined): Finding[] {
  if (limit === undefined) return [];
  const found = `holds ${rooms} of ${limit} rooms`;
  if (rooms <= NEARLY_FULL * limit) return [ok(subject, found)];
  return [
    warning(
      subject,
      found,
      'add an application to the pool (applications), or cancel rooms that are no longer needed',
    ),
  ];
}
