import { announce } from './bus.ts';
import { create } from './provider.ts';
import { get, put, type Row } from './table.ts';

const DAY = 86_400_000;
const LIFE = 90 * DAY;

/**
 * Makes every call of the project's own functions, so that the cost of the calls can be separated from the
 * rest.
 */
export const ALL_CALLS = process.env.FLOOR_CALLS === 'all';

/** Claims, creates, records and announces: two writes, one POST, one event. */
export async function open(row: Row, revision: number | undefined, type: string): Promise<void> {
  const { roomKey: key, spec, generation: last = 0 } = row;
  const generation = Number(last) + 1;
  const taken = (revision ?? 0) + 1;
  if (ALL_CALLS && revision === undefined) await get(String(key));
  await put({ ...row, state: 'opening', revision: taken }, revision);
  const { id, expires_at, _links } = await create(nameIn(spec), LIFE);
  const guestUrl = _links.guest_url.href;
  const current = { application: 'main', id, guestUrl, expiresAt: expires_at };
  const renewAt = new Date(Date.parse(expires_at) - 7 * DAY).toISOString();
  const due = { renewAt, dueAt: renewAt, dueShard: String(key).length % 16 };
  const opened = { ...row, ...due, state: 'active', generation, current };
  await put({ ...opened, revision: taken + 1 }, taken);
  await announce(type, { key, generation, room: { id, guestUrl, expiresAt: expires_at }, renewAt });
  if (ALL_CALLS) await put({ ...opened, revision: taken + 2 }, taken + 1);
}

function nameIn(spec: unknown): string {
  // as the table has it, which this project wrote
  return (spec as { settings: { display_name: string } }).settings.display_name;
}
