import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeCase } from '../../src/lib/server/db/cases.ts';
import { askPerson } from '../../src/lib/server/flows/ask-person.ts';
import { grantAction } from '../../src/lib/server/flows/grant-action.ts';
import { askedForPerson, openException } from '../support/desk.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let ana: StaffMember;
beforeAll(async () => {
	world = await startWorld();
	ana = await addStaffMember(world.parts, { teams: ['arrangements'] });
	for (const customer of ['C-1025', 'C-1034']) {
		const record = await world.core.customer(customer);
		await world.core.put({ ...record, account: { ...record.account, brokenPromises: 2 } });
	}
});
afterAll(() => world.close());

const order = { action: 'plan', days: 7, why: 'spoke with the customer' };
const grant = (id: string) => grantAction(world.parts, ana.principal, id, order);

test('what is over or being booked takes no grant, and the agent reads why', async () => {
	const over = await askedForPerson(world, 'C-1025');
	const by = { actor: 'customer', flow: 'test' } as const;
	await changeCase(world.parts, over.caseId, by, (change) =>
		Promise.resolve(change.must({ do: 'cancel', reason: 'paid-elsewhere' }))
	);
	await askPerson(world.parts, over.visit);
	const asked = await openException(world, over.caseId);
	expect(await grant(asked)).toMatchObject({ reason: 'already-finished' });
	const { caseId, exception } = await askedForPerson(world, 'C-1034');
	const sent = { submission: 's-1', action: 'pay', assurance: 'code', reference: 'R-1' } as const;
	await changeCase(world.parts, caseId, by, (change) =>
		Promise.resolve(change.must({ do: 'submit', ...sent, grant: undefined }))
	);
	expect(await grant(exception)).toMatchObject({ reason: 'submission-under-way' });
});
