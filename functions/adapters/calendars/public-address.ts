import { lookup as dnsLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Networks that are not on the internet (IANA's registries of special-purpose addresses). */
const NETWORKS_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** Networks whose addresses contain an IPv4 address are refused completely: no calendar server uses them. */
const NETWORKS_6 = [
  '::/96',
  '::ffff:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

/** One list for each family: a network of mapped addresses would also match all IPv4 addresses. */
const SPECIAL = { ipv4: listOf(NETWORKS_4, 'ipv4'), ipv6: listOf(NETWORKS_6, 'ipv6') };

function listOf(networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = '0'] = network.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** The address is, or may be, of a machine that is not on the internet. */
export class PrivateAddressError extends Error {
  readonly code = 'PRIVATE_ADDRESS';
}

/** Whether an IP address is on the internet. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  const family = version === 4 ? 'ipv4' : 'ipv6';
  return version !== 0 && !SPECIAL[family].check(address, family);
}

/**
 * Refuses a host that is an IP address of a private network, of this machine or of its neighbours. A name is
 * checked when it is looked up, see `publicLookup`.
 *
 * @throws PrivateAddressError
 */
export function assertPublicHost(hostname: string): void {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) !== 0 && !isPublicAddress(address)) throw new PrivateAddressError();
}

/**
 * Looks a name up for the connection itself, so that a later answer of DNS cannot lead elsewhere. If one of
 * its addresses is not public, the name is refused.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, []);
    if (!found.every(({ address }) => isPublicAddress(address)))
      return callback(new PrivateAddressError(), []);
    const [first] = found;
    return options.all ? callback(null, found) : callback(null, first?.address ?? '', first?.family);
  });
};
