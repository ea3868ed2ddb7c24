import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';

import { actionSchemas, requestSchema } from '../../../functions/requests/room-request/schema.ts';
import { ROOM_ACTIONS } from '../../../functions/rooms/model/room.ts';
import { body } from '../incoming.ts';

const committed = JSON.parse(
  readFileSync(new URL('../../../docs/request.schema.json', import.meta.url), 'utf8'),
);

const ajv = new Ajv2020({ strict: false });
(formats as unknown as (ajv: Ajv2020) => void)(ajv);
const accepts = ajv.compile(committed);

const IMPORT = { key: 'a', action: 'import', application: 'main', room: '4711' };

describe('docs/request.schema.json', () => {
  test.each<[boolean, unknown]>([
    [true, body()],
    [true, body({ key: 'team/weekly:1', renewal: { mode: 'extend', until: '2028-01-01T00:00:00Z' } })],
    [true, body({ display_name: '\u{1f332}'.repeat(200) })],
    [true, { key: 'a', action: 'cancel' }],
    [true, { key: 'a', action: 'hold' }],
    [true, body({ metadata: null, theme_id: null })],
    [false, body({ display_name: '' })],
    [false, body({ display_name: '\u{1f332}'.repeat(201) })],
    [false, { lifetime: 'P1D' }],
    [false, body({ lifetime: undefined })],
    [false, body({ expires_at: '2027-02-14T10:00:00Z' })],
    [false, body({ lifetime: 'a month' })],
    [false, body({ metadata: 'x'.repeat(468) })],
    [false, body({ metadata: 'é' })],
    [false, body({ type: 'instant' })],
    [false, body({ lifetime: 'P2Y' })],
    [false, body({ lifetime: 'PT10M' })],
    [false, body({ callback_urls: { rooms_callback_url: `https://x.example/${'x'.repeat(2048)}` } })],
    [false, body({ colour: 'red' })],
    [false, body({ key: 'a b' })],
    [false, body({ theme_id: 'blue' })],
    [false, body({ callback_urls: { rooms_callback_url: 'ftp://x.example' } })],
    [false, body({ renewal: { mode: 'none', until: '2028-01-01T00:00:00Z' } })],
    [false, { key: 'a', action: 'hold', display_name: 'x' }],
    [true, { ...IMPORT, display_name: 'x', lifetime: 'P90D', renewal: { mode: 'recreate' } }],
    [false, { ...IMPORT, room: 'a b' }],
    [false, { ...IMPORT, room: '..' }],
    [true, { ...IMPORT, room: '...' }],
    [false, { ...IMPORT, key: undefined }],
    [false, { ...IMPORT, expires_at: '2027-02-14T10:00:00Z' }],
    [false, { ...IMPORT, renewal: { mode: 'on-demand' } }],
    [false, { action: 'cancel' }],
    [false, []],
  ])('says %s as the code does: %j', (valid, value) => {
    const content = JSON.parse(JSON.stringify(value));
    expect(requestSchema.safeParse(content).success).toBe(valid);
    expect(accepts(content)).toBe(valid);
  });
});

describe.each(ROOM_ACTIONS)('the action %s', (action) => {
  const asked = {
    ...(action === 'ensure' && body()),
    ...(action === 'import' && { application: 'main', room: '4711' }),
    key: 'a',
    action,
  };

  test('is asked with its own schema, and in no other words', () => {
    expect(actionSchemas[action].safeParse(asked).success).toBe(true);
    expect(accepts(asked)).toBe(true);
    expect(accepts({ ...asked, colour: 'red' })).toBe(false);
  });

  test('is explained in the guide', () => {
    const guide = readFileSync(new URL('../../../docs/guide/requests.md', import.meta.url), 'utf8');
    expect(guide).toContain(`\n| \`${action}\` | `);
  });
});

test('a word that is no action is accepted by no schema', () => {
  expect(accepts({ key: 'a', action: 'paint' })).toBe(false);
});
