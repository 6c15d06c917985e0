import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import autocannon from 'autocannon';
import type { Flood, Flooded } from '../../security/flooding.ts';

// A flood from a process of its own, so that it takes no time from the customers that are measured:
// one a line, answered by a line.

for await (const line of createInterface({ input: process.stdin })) {
	const { url, source, amount, perSecond } = JSON.parse(line) as Flood;
	const { statusCodeStats, errors, duration } = await autocannon({
		url,
		amount,
		connections: 16,
		...(perSecond && { overallRate: perSecond }),
		// The server closes a connection after 1,000 requests.
		reconnectRate: 500,
		requests: [
			{
				setupRequest: (request) => ({
					...request,
					path: `/l/a${randomBytes(39).toString('base64url')}`,
					headers: { 'x-forwarded-for': source }
				})
			}
		]
	});
	const statuses = Object.entries(statusCodeStats ?? {}).map(([status, { count }]) => [
		status,
		count ?? 0
	]);
	const flooded: Flooded = {
		statuses: Object.fromEntries(statuses) as Flooded['statuses'],
		errors,
		duration
	};
	console.log(JSON.stringify(flooded));
}
