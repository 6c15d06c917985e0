import type { RequestEvent } from '@sveltejs/kit';
import { sourceAddress } from './address.ts';
import { parts } from './app.ts';

/**
 * The caller's address, as limits count it, behind as many proxies of ours as the settings say. What
 * stands further left in `X-Forwarded-For` was written by the caller and is not believed. What is no
 * address counts as the proxy's own, so that nobody gets a new one by writing something else.
 */
export function clientAddress(
	{ request, getClientAddress }: Pick<RequestEvent, 'request' | 'getClientAddress'>,
	trustedHops: number
): string {
	const hops = (request.headers.get('x-forwarded-for') ?? '').split(',');
	const hop = trustedHops > 0 ? hops.at(-trustedHops) : undefined;
	const own = getClientAddress();
	return sourceAddress(hop ?? '') ?? sourceAddress(own) ?? own;
}

/** Keyed hash of the caller's address, for limits: the address itself is stored nowhere. */
export function sourceOf(event: Pick<RequestEvent, 'request' | 'getClientAddress'>): string {
	const { vault, config } = parts();
	return vault.hash('limit', clientAddress(event, config.trustedHops));
}
