import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../../src/lib/server/flows/create-api-key.ts';
import type { Answer } from '../support/customer.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { sources } from '../support/sources.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import { enter, newLink, Visitor } from './visitor.ts';

let fleet: Fleet;
let visitor: Visitor;
/** What stands in the place of a route's parameters, so that the page itself answers. */
let places: Record<string, string>;
let staff: StaffMember;
let apiKey: string;
beforeAll(async () => {
	fleet = await startFleet({ env: { TAPDONE_METRICS_TOKEN: 'm'.repeat(20) } });
	visitor = new Visitor(fleet);
	const { id, link } = await newLink(fleet, { customer: 'C-1001' });
	const inside = await enter(fleet, visitor, link);
	const review = await visitor.post(`${inside}/do/pay-now?/start`);
	places = {
		'/l/[token]': link,
		'/a/[visit]': inside,
		'[action]': 'pay-now',
		'[draft]': review.location!.split('/').at(-1)!,
		'[id]': id,
		'[key]': 'failed-payment',
		'[...rest]': 'nothing/here'
	};
	staff = await addStaffMember(fleet.parts, {
		roles: ['agent', 'approver', 'operations', 'auditor', 'administrator']
	});
	const key = await createApiKey(fleet.parts, 'headers', ['cases:read', 'workflows:read']);
	if (!key.ok) throw new Error(key.reason);
	apiKey = key.value.token;
});
afterAll(() => fleet.close());

const ROUTES = [
	...new Set(
		sources('src/routes/**/+{page.svelte,server.ts,page.server.ts}').map(
			({ path }) =>
				path
					.replace(/^src\/routes/, '')
					.replace(/\/\+[a-z.]+$/, '')
					.replace(/\/\([a-z-]+\)/g, '') || '/'
		)
	)
].sort();
const FILES = ['/favicon.svg', '/robots.txt', '/_app/version.json'];

const addressOf = (route: string): string => {
	let path = route;
	for (const [part, value] of Object.entries(places)) path = path.replace(part, value);
	return path.replaceAll(/\[[^\]]+\]/g, '00000000-0000-0000-0000-000000000000');
};

function ask(route: string): Promise<Answer> {
	const path = addressOf(route);
	const isStaff = sources('src/routes/(staff)/**/+page.svelte').some(({ path: file }) =>
		file.includes(`(staff)${route}/+`)
	);
	const api: Record<string, string> = path.startsWith('/api/v1/')
		? { authorization: `Bearer ${apiKey}` }
		: {};
	const metrics: Record<string, string> =
		path === '/metrics' ? { authorization: `Bearer ${'m'.repeat(20)}` } : {};
	const browser = isStaff ? new Visitor(fleet) : visitor;
	// The public origin is https, and so is the name of the cookie.
	if (isStaff) browser.cookies.set('__Host-staff', staff.secret);
	return browser.get(path, { ...api, ...metrics });
}

test('there are routes to walk, and most of them answer as themselves', async () => {
	expect(ROUTES.length).toBeGreaterThan(25);
	const answers = await Promise.all(ROUTES.map(ask));
	expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(15);
	expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
});

test.each([...ROUTES, ...FILES, '/nowhere'])(
	'%s: no answer without its security headers',
	async (route) => {
		const { headers } = await ask(route);
		expect(Object.fromEntries(headers)).toMatchObject({
			'referrer-policy': 'same-origin',
			'x-content-type-options': 'nosniff',
			'x-frame-options': 'DENY',
			'cross-origin-opener-policy': 'same-origin',
			'cross-origin-resource-policy': 'same-origin',
			'strict-transport-security': expect.stringContaining('max-age=31536000') as string
		});
		expect(headers.has('x-powered-by')).toBe(false);
		// A file is the same for everybody; whatever else is said may be about somebody.
		if (!FILES.includes(route)) expect(headers.get('cache-control')).toBeTruthy();
	}
);

test.each([...ROUTES, '/nowhere'])(
	'%s: a page runs nothing but what its nonce names',
	async (route) => {
		const first = await ask(route);
		if (!first.headers.get('content-type')?.includes('text/html')) return;
		const policy = first.headers.get('content-security-policy') ?? '';
		expect(policy).toContain("default-src 'none'");
		expect(policy).toContain("frame-ancestors 'none'");
		expect(policy).toContain("base-uri 'none'");
		expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|https?:|\*/);
		const nonce = /'nonce-([\w+/=-]+)'/.exec(policy)?.[1];
		const inline = [...first.body.matchAll(/<(script|style)\b([^>]*)>/g)].filter(
			([, , attributes]) => !/\bsrc=/.test(attributes ?? '')
		);
		for (const [, kind, attributes] of inline)
			expect(attributes, kind).toContain(`nonce="${nonce}"`);
		expect(first.body.match(/<[^>]+\s(style|on[a-z]+)=/g) ?? []).toEqual([]);
		const second = await ask(route);
		expect(second.headers.get('content-security-policy')).not.toBe(policy);
	}
);
