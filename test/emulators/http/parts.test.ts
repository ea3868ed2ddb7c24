import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Deadlines } from '../../../emulators/http/deadlines.ts';
import { Deliveries } from '../../../emulators/http/deliveries.ts';
import { callPattern } from '../../../emulators/http/patterns.ts';
import { createRouter } from '../../../emulators/http/router.ts';
import { defaultsOf, readSwitches, turnsOf } from '../../../emulators/http/switches.ts';
import { startListener } from '../support/listener.ts';

describe('a call pattern', () => {
  test.each([
    ['POST /rooms', 'POST', '/rooms', true],
    ['POST /rooms', 'GET', '/rooms', false],
    ['POST /rooms', 'POST', '/rooms/1', false],
    ['* /rooms/:id', 'PATCH', '/rooms/1', true],
    ['* /rooms/:id', 'PATCH', '/rooms/1/eject', false],
    ['/rooms/**', 'PATCH', '/rooms/1/eject', true],
    ['/rooms*', 'GET', '/rooms', true],
    ['DELETE', 'DELETE', '/anything/at/all', true],
    ['*', 'GET', '/', true],
    ['/dial.in', 'GET', '/dial-in', false],
  ])('%s against %s %s: %s', (pattern, method, path, expected) => {
    expect(callPattern(pattern)({ method, path })).toBe(expected);
  });

  test.each(['', 'rooms', 'post /rooms', 'POST rooms'])('"%s" is refused with an example', (pattern) => {
    expect(() => callPattern(pattern)).toThrow('write it like "POST /rooms"');
  });
});

test('a route hands over what stands in its path, decoded', () => {
  const route = createRouter({ 'GET /rooms/:name': 'room', 'GET /rooms': 'rooms' });
  expect(route({ method: 'GET', path: '/rooms/a%20b' })).toEqual({
    handler: 'room',
    params: { name: 'a b' },
  });
  expect(route({ method: 'GET', path: '/rooms/%' })?.params).toEqual({ name: '%' });
  expect(route({ method: 'PUT', path: '/rooms' })).toBeUndefined();
});

test('deadlines come out in order, those that are due and no others', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 100 })),
      fc.integer({ min: 0, max: 100 }),
      (times, now) => {
        const deadlines = new Deadlines<number>();
        for (const time of times) deadlines.add(time, time);
        const sorted = times.toSorted((one, other) => one - other);
        const out = (until: number) => [...deadlines.due(until)].map(({ item }) => item);
        expect(out(now)).toEqual(sorted.filter((time) => time <= now));
        expect(out(100)).toEqual(sorted.filter((time) => time > now));
      },
    ),
  );
});

describe('switches', () => {
  const POSITIONS = { colour: ['red', 'blue', 'green'], size: [10, 20], loud: [false, true] } as const;

  test('stand at their first positions and can be turned one by one', () => {
    expect(defaultsOf(POSITIONS)).toEqual({ colour: 'red', size: 10, loud: false });
    expect(turnsOf(POSITIONS)).toEqual([
      { colour: 'blue' },
      { colour: 'green' },
      { size: 20 },
      { loud: true },
    ]);
  });

  test('are read as they are typed', () => {
    expect(readSwitches(POSITIONS, ['colour=blue', 'size=7', 'loud=true'])).toEqual({
      colour: 'blue',
      size: 7,
      loud: true,
    });
    expect(() => readSwitches(POSITIONS, ['colour=pink'])).toThrow('use red, blue, green');
    expect(() => readSwitches(POSITIONS, ['toString=1'])).toThrow(
      'there is no switch "toString": use colour',
    );
    expect(() => readSwitches(POSITIONS, ['size=big'])).toThrow('has no position "big"');
  });
});

describe('deliveries', () => {
  test('reach loopback and tell what became of them', async () => {
    const listener = await startListener(500);
    const deliveries = new Deliveries();
    deliveries.send({ url: `${listener.url}/hook`, event: 'tick', body: '{"a":1}', headers: { 'x-a': 'b' } });
    await deliveries.settled();
    expect(listener.heard).toMatchObject([{ path: '/hook', body: { a: 1 }, headers: { 'x-a': 'b' } }]);
    expect(deliveries.log).toEqual([{ url: `${listener.url}/hook`, event: 'tick', status: 500 }]);
    await listener.close();
    deliveries.send({ url: `${listener.url}/hook`, event: 'tock', body: '{}' });
    await deliveries.settled();
    expect(deliveries.log[1]?.error).toContain('ECONNREFUSED');
  });

  test('never leave the machine unasked', async () => {
    const deliveries = new Deliveries();
    deliveries.send({ url: 'https://hooks.example.com/', event: 'tick', body: '{}' });
    await deliveries.settled();
    expect(deliveries.log[0]?.error).toBe('not sent: the host is not loopback');
  });
});
