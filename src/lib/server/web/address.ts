import { isIPv4, isIPv6 } from 'node:net';

/** Groups of an IPv6 address that name a customer's line; the rest is theirs to choose (RFC 6177). */
const LINE_GROUPS = 4;

/**
 * The source that a limit counts: an IPv4 address, or the first 64 bits of an IPv6 one, of which a
 * single line has all the others. As proxies write them: with a port, in brackets, with a zone, an
 * IPv4 address mapped into IPv6. `null` for anything else.
 */
export function sourceAddress(text: string): string | null {
	const [, bracketed, dotted] = /^(?:\[(.*)\]|([\d.]+))(?::\d{1,5})?$/.exec(text.trim()) ?? [];
	const address = (bracketed ?? dotted ?? text.trim()).replace(/%.*$/, '');
	if (isIPv4(address)) return address;
	if (!isIPv6(address)) return null;
	const groups = groupsOf(address);
	const [high = 0, low = 0] = groups.slice(6);
	if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
		return [high >> 8, high & 255, low >> 8, low & 255].join('.');
	const line = groups.slice(0, LINE_GROUPS).map((group) => group.toString(16));
	return `${line.join(':')}::/64`;
}

/** The eight groups of a valid IPv6 address; the URL parser writes all its forms in one. */
function groupsOf(address: string): number[] {
	const [left = '', right] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
	const read = (part: string) => (part ? part.split(':').map((group) => parseInt(group, 16)) : []);
	if (right === undefined) return read(left);
	const [before, after] = [read(left), read(right)];
	return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}
