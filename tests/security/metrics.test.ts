import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Customer, newestLink } from '../support/customer.ts';
import { openCase } from '../support/open-case.ts';
import { samplesOf, seriesOf } from '../support/samples.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { newKeys, recordsOf } from '../support/world.ts';

const token = randomBytes(16).toString('hex');
const bearer = (given: string) => ({ headers: { authorization: `Bearer ${given}` } });

let fleet: Fleet;
beforeAll(async () => {
	fleet = await startFleet({ env: { TAPDONE_METRICS_TOKEN: token } });
});
afterAll(() => fleet?.close());

/** Settings of a real installation on the same database. */
const production = () => ({
	TAPDONE_ENV: 'production',
	TAPDONE_PHONE: 'off',
	TAPDONE_ORIGIN: 'https://t.example.test',
	TAPDONE_HOST: '127.0.0.1',
	TAPDONE_RECORDS: recordsOf(fleet.core, { token: randomBytes(16).toString('hex') }),
	...newKeys()
});

test.each([
	['no token', {}],
	['a wrong token', bearer(token.replace(/.$/, (last) => (last === '0' ? '1' : '0')))],
	['a part of the token', bearer(token.slice(0, 16))],
	['an empty token', bearer('')],
	['the token without its scheme', { headers: { authorization: token } }],
	['the token in the address', { query: `?token=${token}&access_token=${token}` }]
])('figures are refused with 401 to %s, and the answer holds none', async (_, given) => {
	const { query = '', ...options } = { query: '', ...given };
	const answer = await fetch(`${fleet.servers[0]!.url}/metrics${query}`, options);
	expect(answer.status).toBe(401);
	expect(await answer.text()).not.toMatch(/tapdone_[a-z]+_/);
});

test('the token opens the figures, as text that Prometheus reads', async () => {
	const answer = await fetch(`${fleet.servers[0]!.url}/metrics`, bearer(token));
	expect(answer.status).toBe(200);
	expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
	const samples = samplesOf(await answer.text());
	expect(Object.keys(seriesOf(samples, 'tapdone_jobs_waiting'))).toContain('{queue="outreach"}');
});

test('in production there are no figures at all without a token in the settings', async () => {
	const server = await fleet.start({ ...production(), TAPDONE_METRICS_TOKEN: '' });
	for (const given of [{}, bearer(token), bearer(''), bearer('undefined'), bearer('null')])
		expect((await fetch(`${server.url}/metrics`, given)).status).toBe(404);
	// It must not take jobs that other tests wait for.
	await server.stop('SIGKILL');
});

test('in production the token of the settings is asked for, of pages and of workers alike', async () => {
	for (const TAPDONE_ROLE of ['web', 'worker']) {
		const server = await fleet.start({ ...production(), TAPDONE_ROLE });
		const ask = async (given: RequestInit) => (await fetch(`${server.url}/metrics`, given)).status;
		expect([await ask({}), await ask(bearer('x')), await ask(bearer(token))]).toEqual([
			401, 401, 200
		]);
		await server.stop('SIGKILL');
	}
});

test('requests are counted by route, method and status, never by the address that was asked for', async () => {
	const { url } = await fleet.start();
	await openCase(fleet, { workflow: 'failed-payment', customer: 'C-1001' });
	const link = await newestLink(fleet, 'C-1001');
	const visitor = new Customer(url, fleet.origin);
	const before = await counted(url);
	for (let times = 0; times < 3; times++) await visitor.get(link);
	await visitor.get(`${link}x`);
	const { location } = await visitor.post(link);
	await visitor.get(location ?? '');
	await visitor.get(`/a/${'x'.repeat(22)}`);
	await visitor.get(`/nowhere/${'x'.repeat(22)}`);
	await visitor.post(link, {}, { origin: 'https://elsewhere.example' });

	const after = await counted(url);
	const more = Object.entries(after).map(
		([series, figure]) => [series, figure - (before[series] ?? 0)] as const
	);
	expect(Object.fromEntries(more.filter(([, figure]) => figure > 0))).toEqual({
		'{method="GET",route="/l/[token]",status="200"}': 3,
		'{method="GET",route="/l/[token]",status="404"}': 1,
		'{method="POST",route="/l/[token]",status="303"}': 1,
		'{method="GET",route="/a/[visit]/verify",status="200"}': 1,
		'{method="GET",route="/a/[visit]",status="303"}': 1,
		'{method="GET",route="none",status="404"}': 1,
		'{method="POST",route="/l/[token]",status="403"}': 1,
		// The first reading of the figures itself.
		'{method="GET",route="/metrics",status="200"}': 1
	});
});

/** Requests that a process has counted, by their labels. */
async function counted(url: string): Promise<Record<string, number>> {
	const text = await (await fetch(`${url}/metrics`, bearer(token))).text();
	return seriesOf(samplesOf(text), 'tapdone_http_seconds_count');
}
