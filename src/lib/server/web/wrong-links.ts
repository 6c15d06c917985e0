import { error, type RequestEvent } from '@sveltejs/kit';
import { LINK } from '../../domain/identity/limits.ts';
import { createBuckets } from './buckets.ts';
import { sourceOf } from './source.ts';

const { count, minutes } = LINK.wrongPerSource;
const take = createBuckets({ count, seconds: minutes * 60 });

/**
 * The answer to every link that cannot be opened, one and the same 404 (case A5), and 429 to a
 * source that has tried many (case A8). A good link opens from there all the same: a mobile
 * network has thousands of customers behind one address.
 */
export function refuseLink(
	event: Pick<RequestEvent, 'request' | 'getClientAddress' | 'setHeaders'>
): never {
	const wait = take(sourceOf(event));
	if (wait === 0) error(404);
	event.setHeaders({ 'retry-after': String(wait) });
	error(429);
}
