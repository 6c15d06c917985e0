import type { Fleet } from '../support/servers.ts';
import type { Tapper } from '../support/tapper.ts';
import { path } from './scene-path.ts';
import { locked, refused, rejected, unreachable } from './scene-trouble.ts';
import { type Look, playerOf, type Way, WAYS } from './scenes.ts';

const SCENES = { path, locked, unreachable, refused, rejected };

/** Makes the system of record slow for whom a scene wants to see waiting, and say no to another. */
export const troubleScenes = ({ core }: Fleet): Promise<void> =>
	core.faults(
		WAYS.flatMap((way) => [
			{ match: { method: 'POST', customer: playerOf(way, 'path') }, fault: 'delay', ms: 1_500 },
			{ match: { method: 'PUT', customer: playerOf(way, 'path') }, fault: 'delay', ms: 1_500 },
			{
				match: { method: 'POST', customer: playerOf(way, 'rejected') },
				fault: 'status',
				status: 422
			}
		])
	);

/** Plays every scene of one workflow in one language; each page is shown to `look` under its name. */
export async function playAll(fleet: Fleet, tapper: Tapper, way: Way, look: Look): Promise<void> {
	for (const scene of Object.values(SCENES)) await scene({ fleet, tapper, way, look });
}
