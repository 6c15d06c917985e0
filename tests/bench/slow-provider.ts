import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Listening, listen, readBody, sendJson } from '../../src/demo/providers/http.ts';

export interface SlowProvider extends Listening {
	/** When the newest message to a number came to the door; milliseconds of `Date.now`. */
	cameAt: Map<string, number>;
}

/** A Twilio that takes every message after as long as a real one thinks about it, and tells nothing. */
export async function startSlowProvider(answersAfterMs: number): Promise<SlowProvider> {
	const cameAt = new Map<string, number>();
	const server = await listen(0, async (request, response) => {
		const at = Date.now();
		const to = new URLSearchParams((await readBody(request)).toString()).get('To') ?? '';
		cameAt.set(to, at);
		await pause(answersAfterMs);
		const sid = `SM${randomBytes(16).toString('hex')}`;
		sendJson(response, 201, { sid, to, status: 'queued', error_code: null });
	});
	return { ...server, cameAt };
}
