import type { RequestEvent } from '@sveltejs/kit';
import { parts } from './app.ts';

/**
 * The caller's address behind as many proxies of ours as the settings say. What stands further left
 * in `X-Forwarded-For` was written by the caller and is not believed.
 */
export function clientAddress(
	{ request, getClientAddress }: Pick<RequestEvent, 'request' | 'getClientAddress'>,
	trustedHops: number
): string {
	if (trustedHops === 0) return getClientAddress();
	const hops = (request.headers.get('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim());
	return hops.at(-trustedHops) || getClientAddress();
}

/** Keyed hash of the caller's address, for limits: the address itself is stored nowhere. */
export function sourceOf(event: Pick<RequestEvent, 'request' | 'getClientAddress'>): string {
	const { vault, config } = parts();
	return vault.hash('limit', clientAddress(event, config.trustedHops));
}
