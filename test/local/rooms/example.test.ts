import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { moveAhead, readSubmission } from '../../../local/rooms/example.ts';

const NOW = Date.parse('2027-03-10T12:00:00Z');
const EXAMPLES = new URL('../../../examples/', import.meta.url);

test('dates move by whole weeks, so that the first lies four weeks ahead and all keep their distance', () => {
  const moved = moveAhead(
    '{"start":"2026-01-05T09:30:00+01:00","end":"2026-01-06","until":"2026-03-02T09:30:00Z"}',
    NOW,
  );
  expect(JSON.parse(moved)).toEqual({
    start: '2027-04-12T09:30:00+01:00',
    end: '2027-04-13',
    until: '2027-06-07T09:30:00Z',
  });
});

test('dates of iCalendar move too, the definition of a zone does not', () => {
  const text =
    'TZOFFSETTO:+0200\\nDTSTART:19701025T030000\\nDTSTART;TZID=Europe/Berlin:20290105T090000\\nUNTIL=20290119T080000Z\\nDTSTART;VALUE=DATE:20290106';
  expect(moveAhead(text, NOW)).toBe(
    'TZOFFSETTO:+0200\\nDTSTART:19701025T030000\\nDTSTART;TZID=Europe/Berlin:20270409T090000\\nUNTIL=20270423T080000Z\\nDTSTART;VALUE=DATE:20270410',
  );
});

test('numbers that are no dates stay as they are', () => {
  const text =
    '{"theme_id":"e8b1d80b-8f78-4578-94f2-328596e01387","code":"2029010599","expires_at":"2026-01-05T00:00:00Z"}';
  expect(moveAhead(text, NOW)).toBe(text.replace('2026-01-05', '2027-04-12'));
});

test('a file with a detail type and a detail goes to the bus, any other to the queue', () => {
  const event = { source: 'team', 'detail-type': 'Room Requested', detail: { key: 'a' } };
  expect(readSubmission(JSON.stringify(event), 'f.json')).toEqual({ way: 'bus', event });
  expect(readSubmission(' {"display_name":"x"}\n', 'f.json')).toEqual({
    way: 'queue',
    body: '{"display_name":"x"}',
  });
});

test.each([
  ['room please', 'f.json is not JSON: '],
  ['[1', 'f.json is not JSON: '],
  ['"text"', 'f.json must hold a JSON object, got "text"'],
])('%s is refused before it is sent', (text, reason) => {
  expect(() => readSubmission(text, 'f.json')).toThrow(reason);
});

test.each(readdirSync(EXAMPLES).filter((name) => name.endsWith('.json')))(
  'examples/%s can be sent',
  (name) => {
    const text = readFileSync(new URL(name, EXAMPLES), 'utf8');
    expect(readSubmission(moveAhead(text, NOW), name).way).toMatch(/^(queue|bus)$/);
  },
);
