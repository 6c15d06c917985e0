import { error, type RequestEvent } from '@sveltejs/kit';
import { countPress, PRESS_WAIT_SECONDS } from '../flows/count-press.ts';
import { parts } from './app.ts';

/** Refuses a press on a good link that was pressed too often, with 429. Nothing is stored of it. */
export async function requireRoom(
	event: Pick<RequestEvent, 'setHeaders'>,
	pressed: { linkHash: string }
): Promise<void> {
	if (await countPress(parts(), pressed)) return;
	event.setHeaders({ 'retry-after': String(PRESS_WAIT_SECONDS) });
	error(429);
}
