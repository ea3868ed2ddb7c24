import { expect, it } from 'vitest';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { serveRequest } from '../../../functions/rooms/actions/serve.ts';
import { aRequest, makeWorld } from '../../support/world.ts';

it.each([
  ['ensure', 'unchanged', 'active'],
  ['hold', 'held', 'held'],
  ['release', 'unchanged', 'active'],
  ['rotate', 'rotated', 'active'],
  ['cancel', 'cancelled', 'cancelled'],
] as const)('a request to %s does that', async (action, outcome, state) => {
  const { context, row } = makeWorld();
  await ensureRoom(aRequest(), context);
  expect((await serveRequest(aRequest({ action }), context)).outcome).toBe(outcome);
  expect(row('weekly').state).toBe(state);
});

it('what a calendar says is merged with what the row knows of it', async () => {
  const { context, row } = makeWorld();
  const news = { occurrences: [] };
  const origin = { calendarId: 'team' };
  await serveRequest(aRequest({ action: 'cancel', news, origin }), context);
  expect(row('weekly').calendar).toMatchObject({ occurrences: [] });
});
