import { afterAll, beforeAll, expect, test } from 'vitest';
import { codesOf, Customer, eventually, newestLink } from '../support/customer.ts';
import { openCase } from '../support/open-case.ts';
import { type Fleet, startFleet } from '../support/servers.ts';

let fleet: Fleet;
beforeAll(async () => {
	fleet = await startFleet();
});
afterAll(() => fleet.close());

test('the path by plain forms: link, code, choose, review, confirm, booked', async () => {
	await openCase(fleet, { workflow: 'failed-payment', customer: 'C-1001' });
	const customer = new Customer(fleet.servers[0]!.url, fleet.origin);
	const link = await newestLink(fleet, 'C-1001');
	expect((await customer.get(link)).status).toBe(200);
	const verify = await customer.post(link);
	expect(verify.location).toMatch(/^\/a\/[\w-]+\/verify/);
	await customer.post(`${verify.location}?/send`, { channel: 'sms' });
	const [code] = await eventually(async () => {
		const codes = await codesOf(fleet, 'C-1001');
		return codes.length > 0 && codes;
	});
	const chosen = await customer.post(`${verify.location}?/check`, { code: code! });
	expect(chosen.location).toMatch(/^\/a\/[\w-]+$/);
	const review = await customer.post(`${chosen.location}/do/pay-now?/start`);
	const page = await customer.get(review.location!);
	const shown = /name="shown"[^>]*value="([^"]+)"/.exec(page.body)?.[1];
	const receipt = await customer.post(review.location!, { shown: shown! });
	const booked = await eventually(async () => {
		const { body } = await customer.get(receipt.location!);
		return body.includes('PAY-4711') && body;
	});
	expect(booked).toContain('33');
	expect(await fleet.core.effects('C-1001')).toHaveLength(1);
});
