import { BlockList, isIPv4, isIPv6 } from 'node:net';

export interface AddressPolicy {
	allowPrivate: boolean;
	/** Hosts or addresses, exactly as the operator wrote them. */
	allowHosts: readonly string[];
}

type Range = [network: string, prefix: number];

const list = (ranges: Range[]): BlockList => {
	const blocked = new BlockList();
	for (const [network, prefix] of ranges)
		blocked.addSubnet(network, prefix, isIPv4(network) ? 'ipv4' : 'ipv6');
	return blocked;
};

// IANA special-purpose registries (IPv4 and IPv6), grouped by who may open them.
const METADATA = list([
	['169.254.169.254', 32],
	['169.254.170.2', 32],
	['100.100.100.200', 32],
	['192.0.0.192', 32],
	['168.63.129.16', 32],
	['fd00:ec2::254', 128]
]);
const PRIVATE = list([
	['127.0.0.0', 8],
	['10.0.0.0', 8],
	['172.16.0.0', 12],
	['192.168.0.0', 16],
	['100.64.0.0', 10],
	['::1', 128],
	['fc00::', 7]
]);
const NEVER_PUBLIC = list([
	['0.0.0.0', 8],
	['169.254.0.0', 16],
	['192.0.0.0', 24],
	['192.0.2.0', 24],
	['192.88.99.0', 24],
	['198.18.0.0', 15],
	['198.51.100.0', 24],
	['203.0.113.0', 24],
	['224.0.0.0', 4],
	['240.0.0.0', 4],
	['::', 128],
	['100::', 64],
	['2001::', 23],
	['2001:db8::', 32],
	['fe80::', 10],
	['fec0::', 10],
	['ff00::', 8]
]);

/**
 * Why an address that `host` resolved to must not be connected to; `null`: it may. An IPv6 address
 * that carries an IPv4 one (mapped, compatible, NAT64, 6to4) is judged by the one it carries.
 */
export function refusal(
	host: string,
	address: string,
	policy: AddressPolicy
): 'metadata' | 'private' | 'reserved' | 'unreadable' | null {
	const plain = address.replace(/%.*$/, '');
	const judged = carriedIPv4(plain) ?? plain;
	const family = isIPv4(judged) ? 'ipv4' : isIPv6(judged) ? 'ipv6' : null;
	if (!family) return 'unreadable';
	if (METADATA.check(judged, family)) return 'metadata';
	if (policy.allowHosts.includes(host) || policy.allowHosts.includes(plain)) return null;
	if (PRIVATE.check(judged, family)) return policy.allowPrivate ? null : 'private';
	return NEVER_PUBLIC.check(judged, family) ? 'reserved' : null;
}

/** The IPv4 address inside an IPv6 one, if it has one. */
function carriedIPv4(address: string): string | null {
	if (!isIPv6(address)) return null;
	const groups = expand(address);
	const dotted = (high: number, low: number) =>
		[high >> 8, high & 255, low >> 8, low & 255].join('.');
	const [first = 0, second = 0, third = 0] = groups;
	const tail = dotted(groups[6] ?? 0, groups[7] ?? 0);
	const leadingZeros = groups.slice(0, 5).every((group) => group === 0);
	if (leadingZeros && groups[5] === 0xffff) return tail;
	if (leadingZeros && groups[5] === 0 && (groups[6] ?? 0) !== 0) return tail;
	if (first === 0 && groups[4] === 0xffff && groups[5] === 0) return tail;
	if (first === 0x64 && second === 0xff9b) return tail;
	return first === 0x2002 ? dotted(second, third) : null;
}

/** The eight groups of an IPv6 address, read by the URL parser so that no second grammar exists. */
function expand(address: string): number[] {
	const compact = new URL(`http://[${address}]/`).hostname.slice(1, -1);
	const [head = '', tail] = compact.split('::');
	const read = (part: string | undefined) =>
		part ? part.split(':').map((group) => Number.parseInt(group, 16)) : [];
	if (tail === undefined) return read(head);
	const [left, right] = [read(head), read(tail)];
	return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}
