import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadCase } from '../../src/lib/server/db/cases.ts';
import { approveErasure } from '../../src/lib/server/flows/approve-erasure.ts';
import { createApiKey } from '../../src/lib/server/flows/create-api-key.ts';
import { renewLink } from '../../src/lib/server/flows/renew-link.ts';
import { requestErasure } from '../../src/lib/server/flows/request-erasure.ts';
import { eventually } from '../support/customer.ts';
import { got } from '../support/journey.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { addStaffMember, PASSWORD } from '../support/staff.ts';
import { CANARIES, found, plant, TALKATIVE } from './canaries.ts';
import { press, Visitor } from './visitor.ts';

let fleet: Fleet;
let token: string;
beforeAll(async () => {
	fleet = await startFleet({ env: TALKATIVE });
	token = got(await createApiKey(fleet.parts, 'canary', ['cases:write', 'cases:read'])).token;
	await plant(fleet);
});
afterAll(() => fleet.close());

test('S7: what is personal stands in no log, metric, job or column in the clear, before and after an erasure', async () => {
	const opened = await fetch(`${fleet.servers[0]!.url}/api/v1/cases`, {
		method: 'POST',
		headers: {
			authorization: `Bearer ${token}`,
			'content-type': 'application/json',
			'idempotency-key': 'canary-1'
		},
		body: JSON.stringify({
			workflow: 'address-update',
			customer: CANARIES.customer,
			contacts: { sms: CANARIES.phone }
		})
	});
	const { id } = (await opened.json()) as { id: string };
	const visitor = new Visitor(fleet);
	const link = await eventually(async () => {
		const renewed = await renewLink(fleet.parts, 'key:canary', id, { send: true });
		return renewed.ok && new URL(renewed.value.url).pathname;
	});
	// The workflow asks for facts besides the code: wrong ones are typed, too.
	const path = await press(visitor, link);
	await visitor.post(`${path}/verify?/send`, { channel: 'sms' });
	await visitor.post(`${path}/verify?/facts`, { postcode: CANARIES.postcode });
	await visitor.get(`${path}/verify`);
	const held = JSON.stringify((await loadCase(fleet.parts, id))?.content);
	expect(held).toContain(CANARIES.phone);
	await visitor.post('/sign-in', { email: 'nobody@example.org', password: PASSWORD });
	await visitor.post('/sign-in', { email: CANARIES.card, password: CANARIES.card });
	await visitor.get(`/l/${CANARIES.card}`);
	expect(await found(fleet)).toEqual([]);

	const asks = await addStaffMember(fleet.parts, { roles: ['administrator'] });
	const decides = await addStaffMember(fleet.parts, { roles: ['approver'] });
	const { customer } = CANARIES;
	const request = { customer, reason: 'by letter' };
	const { id: erasure } = got(await requestErasure(fleet.parts, asks.principal, request));
	got(await approveErasure(fleet.parts, decides.principal, { id: erasure, customer }));
	expect(await found(fleet)).toEqual([]);
	const gone = await visitor.get(path);
	expect(gone.location ?? gone.status).toMatch(/^\/gone/);
});
