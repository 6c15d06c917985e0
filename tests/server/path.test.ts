import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCases } from '../../src/lib/server/flows/open-cases.ts';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

test('a trigger opens a case, its duplicate joins it, and a message goes out once', async () => {
	const line = {
		workflow: 'failed-payment',
		customer: 'C-1001',
		contacts: { sms: '+4917604069001' },
		facts: { balance: 3363, due_date: '2026-11-16' }
	};
	const [first, second] = await openCases(world.parts, 'key:test', [line, line]);
	expect(first).toMatchObject({ status: 'opened' });
	expect(second).toMatchObject({ status: 'joined', id: (first as { id: string }).id });
	const message = await world.parts.db.selectFrom('messages').selectAll().executeTakeFirstOrThrow();
	await Promise.all([1, 2, 3].map(() => sendMessage(world.parts, message.id)));
	const events = await world.parts.db.selectFrom('case_events').select('type').execute();
	expect(events.filter(({ type }) => type === 'message-accepted')).toHaveLength(1);
});
