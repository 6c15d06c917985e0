import { Agent, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fleet, startFleet } from '../support/servers.ts';

let fleet: Fleet;
beforeAll(async () => {
	fleet = await startFleet();
});
afterAll(() => fleet.close());

/** One request on the agent's only connection; gives the status. */
const ask = (agent: Agent, method: string, path: string, body?: string) =>
	new Promise<number | undefined>((resolve, reject) => {
		const headers = {
			accept: 'text/html',
			...(body !== undefined && {
				origin: fleet.origin,
				'content-type': 'application/x-www-form-urlencoded',
				'content-length': String(Buffer.byteLength(body))
			})
		};
		const url = new URL(path, fleet.servers[0]!.url);
		const sent = request(url, { agent, method, headers }, (response) => {
			response.resume().once('end', () => resolve(response.statusCode));
		});
		sent.once('error', reject).end(body);
	});

for (const size of [20, 60_000])
	test(`a press that is refused before its ${size} bytes are read leaves the connection usable`, async () => {
		const agent = new Agent({ keepAlive: true, maxSockets: 1 });
		const body = `a=${'x'.repeat(size)}`;
		for (let times = 0; times < 3; times++) {
			expect(await ask(agent, 'POST', '/a/nobody/help?/finish', body)).toBe(303);
			expect(await ask(agent, 'GET', '/gone')).toBe(200);
		}
		agent.destroy();
	});
