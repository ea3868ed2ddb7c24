import { describe, expect, test } from 'vitest';
import { feedSource } from '../../../functions/adapters/calendars/feed-source.ts';
import {
  assertPublicHost,
  isPublicAddress,
  PrivateAddressError,
  publicLookup,
} from '../../../functions/adapters/calendars/public-address.ts';

test.each(['93.184.216.34', '8.8.8.8', '172.15.255.255', '172.32.0.1', '2606:2800:220:1:248:1893:25c8:1946'])(
  '%s is an address of the internet',
  (address) => expect(isPublicAddress(address)).toBe(true),
);

const PRIVATE = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.8.8.8',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'ff02::1',
];

test.each(PRIVATE)('%s is none', (address) => {
  expect(isPublicAddress(address)).toBe(false);
  const host = address.includes(':') ? `[${address}]` : address;
  expect(() => assertPublicHost(host)).toThrow(PrivateAddressError);
});

test('other ways to write such an address are the same to a URL', () => {
  for (const host of ['0x7f000001', '2130706433', '127.1', '0177.0.0.1']) {
    expect(() => assertPublicHost(new URL(`https://${host}/`).hostname)).toThrow(PrivateAddressError);
  }
});

test('a name that leads to this machine is refused when it is looked up', async () => {
  const found = await new Promise((resolve) =>
    publicLookup('localhost', {}, (error, address) => resolve(error ?? address)),
  );
  expect(found).toBeInstanceOf(PrivateAddressError);
});

describe('a feed', () => {
  const read = (address: string) =>
    feedSource({ secrets: { read: async () => address } }).fetch({ name: 'team', secret: 's' }, {});

  test.each([
    ['http://127.0.0.1:9001/2018-06-01/runtime/invocation/next', 'must begin with https://'],
    ['https://127.0.0.1/calendar.ics', 'leads into a private network'],
    ['https://localhost/calendar.ics', 'leads into a private network'],
    ['https://169.254.169.254/latest/meta-data', 'leads into a private network'],
    ['https://[::ffff:169.254.169.254]/', 'leads into a private network'],
  ])('at %s is not read', async (address, reason) => {
    await expect(read(address)).rejects.toThrow(reason);
  });
});
