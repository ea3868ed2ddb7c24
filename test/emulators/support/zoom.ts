import { startZoom, type Zoom, type ZoomOptions } from '../../../emulators/zoom/zoom.ts';
import { call } from './calling.ts';
import { standingClock } from './clock.ts';

export const HOST = 'room1@example.org';
export const OTHER_HOST = 'room2@example.org';
const CLIENT = 'app:secret';

export let zoom: Zoom;
export let clock: ReturnType<typeof standingClock>;
let token = '';

/** Starts an emulator with a standing clock, in the place of the one before, and takes a token. */
export const start = async (options: Partial<ZoomOptions> = {}) => {
  await zoom?.close();
  clock = standingClock();
  zoom = await startZoom({
    accounts: [
      {
        accountId: 'first',
        clientId: 'app',
        clientSecrets: ['secret'],
        hosts: [{ email: HOST }, { email: OTHER_HOST, type: 1 }],
      },
      {
        accountId: 'second',
        clientId: 'other',
        clientSecrets: ['secret'],
        hosts: [{ email: 'foreign@example.org' }],
      },
    ],
    now: clock.now,
    rateLimits: false,
    ...options,
  });
  await renewToken();
};

export const grant = (form: Record<string, string>, client = CLIENT, query = '') =>
  call(`${zoom.tokenUrl}${query}`, {
    method: 'POST',
    body: new URLSearchParams(form).toString(),
    headers: { authorization: `Basic ${Buffer.from(client).toString('base64')}` },
  });

export const GRANT = { grant_type: 'account_credentials', account_id: 'first' };

export const renewToken = async () => {
  token = (await grant(GRANT)).body.access_token;
};

/** Calls with a good token, below the base URL. */
export const ask = (method: string, path: string, body?: unknown, bearer = token) =>
  call(`${zoom.url}${path}`, { method, body, headers: { authorization: `Bearer ${bearer}` } });

export const create = (body: object = { topic: 'Board room', type: 3, password: '4h7Kq2' }, host = HOST) =>
  ask('POST', `/users/${host}/meetings`, body);
