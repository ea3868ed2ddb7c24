import { answered } from '../provider/answer.ts';
import { isSuccess } from '../provider/failures.ts';
import type { Fault } from '../provider/kind.ts';
import type { ProviderOptions } from '../provider/options.ts';
import { saysNoHost, type ZoomEntry, zoomCalls, zoomGrants } from './calls.ts';
import { userReply } from './schema.ts';
import { clientSecretIn } from './token.ts';

/** The scopes that the app of an account needs, each with the older scope that includes it. */
const SCOPES: Readonly<Record<string, string>> = {
  'meeting:write:meeting:admin': 'meeting:write:admin',
  'meeting:read:meeting:admin': 'meeting:read:admin',
  'meeting:read:list_meetings:admin': 'meeting:read:admin',
  'meeting:update:meeting:admin': 'meeting:write:admin',
  'meeting:delete:meeting:admin': 'meeting:write:admin',
  'meeting:update:status:admin': 'meeting:write:admin',
  'user:read:user:admin': 'user:read:admin',
};

const BASIC = 1;

/** Checks the scopes of the app, and whether each host can hold meetings of any length. */
export async function examineZoom(entry: ZoomEntry, options: ProviderOptions): Promise<readonly Fault[]> {
  const { name, clientId, secret } = entry;
  const clientSecret = clientSecretIn((await options.secrets.read(secret)) ?? '', {
    application: name,
    clientId,
    secret,
  });
  const { scopes } = await zoomGrants(entry, options).fetch(clientSecret);
  const missing = Object.entries(SCOPES).filter((names) => !names.some((name) => scopes.includes(name)));
  const faults: Fault[] = missing.map(([scope]) => ({
    found: `its app lacks the scope ${scope}`,
    remedy: 'add the scope to the app at the Zoom App Marketplace, under Scopes',
  }));
  if (missing.some(([scope]) => scope.startsWith('user:'))) return faults;
  const call = zoomCalls(entry, options);
  for (const host of entry.hosts) {
    const reply = await call({ method: 'GET', route: '/users/{id}', id: host }, saysNoHost);
    if (!isSuccess(reply)) {
      faults.push({
        found: `host ${host} is no user of the account`,
        remedy: 'add the user to the account, or take it out of hosts once its rooms have moved',
      });
    } else if (answered(reply, userReply).type === BASIC) {
      faults.push({
        found: `host ${host} has no licence, so its meetings end after 40 minutes`,
        remedy: 'give the user a licence at Zoom, under User Management',
      });
    }
  }
  return faults;
}
